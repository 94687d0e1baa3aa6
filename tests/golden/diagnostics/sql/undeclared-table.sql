select id as x
from ordres
