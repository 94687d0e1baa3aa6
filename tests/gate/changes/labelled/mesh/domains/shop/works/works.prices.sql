SELECT work, day, max(price) AS price
FROM raw
GROUP BY work, day
