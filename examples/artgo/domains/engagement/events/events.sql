SELECT
  event_id,
  event_type,
  artwork_id,
  visitor_id,
  seconds,
  occurred_at,
  received_at
FROM feed
WHERE NOT REGEXP_CONTAINS(LOWER(user_agent), r'bot|crawler|spider')
QUALIFY ROW_NUMBER() OVER (PARTITION BY event_id ORDER BY received_at) = 1
