select order_id from both
