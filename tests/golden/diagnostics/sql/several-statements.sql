select id as x from orders;
delete from orders
