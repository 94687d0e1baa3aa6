select a.id as x
from orders as a, web_likes as a
