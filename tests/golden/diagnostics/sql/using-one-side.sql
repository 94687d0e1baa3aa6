select orders.id as x
from orders
join web_likes using (qty)
