-- Late events reach back: each hour that something new has come for is counted again, as a whole.
WITH counted AS (
  SELECT
    artwork_id,
    TIMESTAMP_TRUNC(occurred_at, HOUR) AS hour,
    COUNTIF(event_type = 'view') AS views,
    COUNTIF(event_type = 'like') AS likes,
    COUNTIF(event_type = 'share') AS shares,
    COALESCE(SUM(seconds), 0) AS seconds_spent
  FROM events
  GROUP BY artwork_id, hour
)
SELECT
  artwork_id,
  hour,
  views,
  likes,
  shares,
  seconds_spent,
  ROUND((likes + 3 * shares) / (views + 10), 4) AS virality
FROM counted
WHERE hour IN (
  SELECT TIMESTAMP_TRUNC(occurred_at, HOUR)
  FROM events
  WHERE received_at >= @interval_start AND received_at < @interval_end
)
