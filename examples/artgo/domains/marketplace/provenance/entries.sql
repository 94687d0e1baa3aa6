SELECT
  registered_at AS happened_at,
  CONCAT('registered-', artwork_id) AS entry_id,
  artwork_id,
  'registered' AS entry,
  artist_id AS owner_id,
  CAST(NULL AS STRING) AS previous_owner_id,
  CAST(NULL AS FLOAT64) AS price_eur
FROM artworks
WHERE registered_at >= @interval_start AND registered_at < @interval_end

UNION ALL

SELECT
  sold_at,
  CONCAT('sold-', sale_id),
  artwork_id,
  'sold',
  buyer_id,
  seller_id,
  price_eur
FROM sales
WHERE sold_at >= @interval_start AND sold_at < @interval_end
