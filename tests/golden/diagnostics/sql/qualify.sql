select id as x
from orders
qualify qty > 3
