select id as x, id as x, count(*)
from orders
group by id
