select timestamp_sub(@interval_end, x) as x from orders
