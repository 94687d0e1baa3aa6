-- A day's file stands for the local day, so the interval's days are the flights' days.
SELECT
  flight_date,
  carrier,
  ANY_VALUE(carriers.name) AS carrier_name,
  COUNT(*) AS scheduled_flights,
  COUNTIF(status = 'cancelled') AS cancelled_flights,
  SUM(IF(status = 'cancelled', 0, distance_miles)) AS miles_flown,
  ROUND(AVG(departure_delay), 1) AS average_departure_delay
FROM flights
LEFT JOIN carriers USING (carrier)
WHERE flight_date >= DATE(@interval_start) AND flight_date < DATE(@interval_end)
GROUP BY flight_date, carrier
