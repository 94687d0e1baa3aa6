WITH newest AS (
  SELECT artwork_id, owner_id, happened_at, price_eur, entry_hash
  FROM provenance
  QUALIFY ROW_NUMBER() OVER (PARTITION BY artwork_id ORDER BY sequence DESC) = 1
),
history AS (
  SELECT artwork_id, COUNTIF(entry = 'sold') AS times_sold
  FROM provenance
  GROUP BY artwork_id
),
stored AS (
  SELECT artwork_id, COUNT(*) AS files, MAX(IF(rendition = 'master', checksum, NULL)) AS master_checksum
  FROM files
  GROUP BY artwork_id
)
SELECT
  artworks.artwork_id,
  artworks.title,
  artworks.artist_name,
  newest.owner_id,
  newest.happened_at AS owned_since,
  history.times_sold,
  newest.price_eur AS last_price_eur,
  newest.entry_hash AS last_entry_hash,
  stored.master_checksum,
  COALESCE(stored.files, 0) AS files
FROM artworks
JOIN newest USING (artwork_id)
JOIN history USING (artwork_id)
LEFT JOIN stored USING (artwork_id)
