select order_id from a
