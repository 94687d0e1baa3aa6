-- On time means at most 15 minutes late on arrival; a cancelled or diverted flight is never on time.
WITH departures AS (
  SELECT
    origin,
    destination,
    TIMESTAMP_TRUNC(scheduled_departure, HOUR) AS departure_hour,
    COUNT(*) AS flights,
    COUNTIF(status = 'cancelled') AS cancelled,
    COUNTIF(arrival_delay <= 15) AS on_time,
    ROUND(AVG(arrival_delay), 1) AS average_arrival_delay
  FROM flights
  WHERE flight_date >= DATE(@interval_start) AND flight_date < DATE(@interval_end)
  GROUP BY origin, destination, departure_hour
)
SELECT
  origin,
  destination,
  departure_hour,
  flights,
  cancelled,
  on_time,
  ROUND(on_time / flights, 4) AS punctuality,
  average_arrival_delay,
  wind_speed_mph,
  precipitation_in,
  visibility_miles
FROM departures
LEFT JOIN weather ON weather.airport = departures.origin AND weather.observed_hour = departures.departure_hour
