select
  id as x,
  price as ammount,
  qty
from orders
