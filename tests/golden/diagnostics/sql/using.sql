with likes as (select ide, n from web_likes)
select orders.id as x
from orders
join likes using (id)
