select idd as x
from orders
where orders.prce > 3
  and lks.n = 1
