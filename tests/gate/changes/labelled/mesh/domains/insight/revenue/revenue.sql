SELECT
  artist,
  sold_on,
  count(DISTINCT collector_email) AS collectors,
  sum(price) AS revenue
FROM sales
WHERE currency = 'EUR' AND sale_id <> ''
GROUP BY artist, sold_on
