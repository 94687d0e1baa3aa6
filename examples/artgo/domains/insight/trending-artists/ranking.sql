-- A sale is worth fifty views; virality makes each view count for more.
WITH attention AS (
  SELECT artwork_id, SUM(views) AS views, SUM(views * virality) AS viral_views
  FROM engagement
  WHERE hour >= TIMESTAMP_SUB(@interval_end, INTERVAL 24 HOUR)
  GROUP BY artwork_id
),
sold AS (
  SELECT artwork_id, COUNT(*) AS sales, SUM(price_eur) AS revenue_eur
  FROM sales
  WHERE sold_at >= TIMESTAMP_SUB(@interval_end, INTERVAL 24 HOUR)
  GROUP BY artwork_id
),
artists AS (
  SELECT
    artworks.artist_id,
    ANY_VALUE(artworks.artist_name) AS artist_name,
    COALESCE(SUM(attention.views), 0) AS views,
    COALESCE(SUM(attention.viral_views), 0) AS viral_views,
    COALESCE(SUM(sold.sales), 0) AS sales,
    COALESCE(SUM(sold.revenue_eur), 0) AS revenue_eur
  FROM artworks
  LEFT JOIN attention USING (artwork_id)
  LEFT JOIN sold USING (artwork_id)
  GROUP BY artworks.artist_id
)
SELECT
  artist_id,
  artist_name,
  views,
  COALESCE(ROUND(SAFE_DIVIDE(viral_views, views), 4), 0) AS virality,
  sales,
  revenue_eur,
  RANK() OVER (ORDER BY views + viral_views + 50 * sales DESC) AS position
FROM artists
WHERE views > 0 OR sales > 0
