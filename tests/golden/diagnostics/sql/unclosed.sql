select id as x
from orders
where id = 'abc
  and qty > 1
