select current_timestamp() as x
from orders
