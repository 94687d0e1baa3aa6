select
  nvl(id, 'a') as x
from orders
where ts < now()
