SELECT
  CONCAT('registered-', artwork_id) AS entry_id,
  artwork_id,
  'registered' AS entry,
  artist_id AS owner_id,
  CAST(NULL AS STRING) AS previous_owner_id,
  CAST(NULL AS FLOAT64) AS price_eur,
  registered_at AS happened_at
FROM artworks
WHERE registered_at >= @interval_start AND registered_at < @interval_end

UNION ALL

SELECT
  CONCAT('sold-', sale_id),
  artwork_id,
  'sold',
  buyer_id,
  seller_id,
  price_eur,
  sold_at
FROM sales
WHERE sold_at >= @interval_start AND sold_at < @interval_end
