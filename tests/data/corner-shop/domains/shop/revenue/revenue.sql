SELECT
  customers.country,
  SUM(orders.amount) AS revenue
FROM orders
JOIN customers ON customers.customer_id = orders.customer_id
WHERE @interval_start < @interval_end
GROUP BY customers.country
