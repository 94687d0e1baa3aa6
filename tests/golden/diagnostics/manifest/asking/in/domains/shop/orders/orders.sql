SELECT id AS order_id, 'a' AS buyer FROM raw_orders JOIN visits ON visits.order_id = raw_orders.id
