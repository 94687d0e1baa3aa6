select id as x, day price as y from orders
