SELECT
  'today' AS day,
  SUM(amount) AS income
FROM orders
WHERE email IS NOT NULL
