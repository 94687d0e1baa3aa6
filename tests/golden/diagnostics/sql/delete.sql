delete from orders where true
