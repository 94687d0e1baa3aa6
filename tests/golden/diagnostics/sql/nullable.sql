with likes as (select id, n from web_likes)
select orders.id as x, likes.n, cast(null as date) as day, orders.qty
from orders
left join likes on likes.id = orders.id
