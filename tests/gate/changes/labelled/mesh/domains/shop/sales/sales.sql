SELECT
  id AS sale_id,
  artist,
  email AS collector_email,
  price,
  pieces,
  CAST(sold_at AS DATE) AS sold_on,
  sold_at,
  receipt,
  note,
  currency
FROM orders
