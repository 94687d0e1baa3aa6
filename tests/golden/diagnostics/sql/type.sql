select day as x, price * 100 as amount
from orders
