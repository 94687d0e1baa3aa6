select r.*
from raw as r
