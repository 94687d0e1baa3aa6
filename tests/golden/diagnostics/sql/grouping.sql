with counted as (
  select id, day, sum(price) as total
  from orders
  where count(*) > 1
  group by id, max(qty)
)
select id as x, sum(max(total)) over () as y, avg(sum(total)) as z
from counted
group by id
having row_number() over (order by id) = 1 and total > 3
