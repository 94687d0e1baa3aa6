select id as x
from bought
