SELECT
  customer_id,
  country
FROM accounts
