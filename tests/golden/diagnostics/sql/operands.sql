select id || 'a' as x
from orders
where id = 1
  and day > 'yesterday'
  and ts between 1 and 2
  and id + 1 > 2
  and qty in ('a', 'b')
  and id
having sum(id) > 3
