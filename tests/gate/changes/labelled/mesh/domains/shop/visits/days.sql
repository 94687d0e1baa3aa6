SELECT
  artist,
  CAST(at AS DATE) AS day,
  count(*) AS views
FROM clicks
GROUP BY artist, CAST(at AS DATE)
