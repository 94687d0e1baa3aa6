SELECT work, any_value(artist) AS artist
FROM raw
GROUP BY work
