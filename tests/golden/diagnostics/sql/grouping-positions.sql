select id as x from orders group by 1, 4 order by 2
