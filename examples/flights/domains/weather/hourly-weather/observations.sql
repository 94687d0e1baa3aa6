-- A sensor that failed wrote NA.
SELECT
  origin AS airport,
  time_hour AS observed_hour,
  SAFE_CAST(temp AS FLOAT64) AS temperature_f,
  SAFE_CAST(wind_speed AS FLOAT64) AS wind_speed_mph,
  SAFE_CAST(precip AS FLOAT64) AS precipitation_in,
  SAFE_CAST(visib AS FLOAT64) AS visibility_miles
FROM readings
