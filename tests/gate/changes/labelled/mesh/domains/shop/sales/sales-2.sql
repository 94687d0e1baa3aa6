SELECT
  id AS sale_id,
  artist,
  price AS amount
FROM orders
