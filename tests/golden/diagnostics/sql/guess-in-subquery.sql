select id as x
from orders
where exists (select 1 from raw where raw.z = id)
