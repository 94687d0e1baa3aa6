selct id as x from orders
