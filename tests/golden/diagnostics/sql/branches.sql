select id as x from orders
union all
select id, n from web_likes
