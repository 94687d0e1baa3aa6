-- The airline writes NA for what never happened: no departure is a cancellation, no arrival a diversion.
SELECT
  DATE(year, month, day) AS flight_date,
  TIMESTAMP_ADD(time_hour, INTERVAL minute MINUTE) AS scheduled_departure,
  carrier,
  flight AS flight_number,
  NULLIF(tailnum, 'NA') AS tail_number,
  origin,
  dest AS destination,
  distance AS distance_miles,
  CASE
    WHEN dep_time = 'NA' THEN 'cancelled'
    WHEN arr_delay = 'NA' THEN 'diverted'
    ELSE 'arrived'
  END AS status,
  SAFE_CAST(dep_delay AS INT64) AS departure_delay,
  SAFE_CAST(arr_delay AS INT64) AS arrival_delay
FROM schedule
