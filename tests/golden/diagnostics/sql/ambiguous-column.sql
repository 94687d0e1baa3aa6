select id as x
from orders, web_likes
