WITH stock AS (
  SELECT
    format,
    COUNT(*) AS files,
    SUM(size_bytes) AS bytes,
    SUM(IF(uploaded_at >= TIMESTAMP_SUB(@interval_end, INTERVAL 24 HOUR), size_bytes, 0)) AS bytes_added_24h
  FROM files
  GROUP BY format
)
SELECT
  format,
  files,
  bytes,
  bytes_added_24h,
  ROUND(SAFE_DIVIDE(bytes_added_24h, bytes - bytes_added_24h), 4) AS growth_24h,
  ROUND(bytes / 1e9 * 0.021, 9) AS monthly_cost_eur
FROM stock
