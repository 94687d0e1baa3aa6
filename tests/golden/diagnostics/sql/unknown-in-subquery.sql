select id as x
from orders as o
where exists (select 1 from web_likes as l where l.id = o.idd)
