SELECT
  order_id AS sale_id,
  artwork_id,
  seller_id,
  collector_id AS buyer_id,
  settled_cents / 100 AS price_eur,
  currency,
  completed_at AS sold_at
FROM orders
