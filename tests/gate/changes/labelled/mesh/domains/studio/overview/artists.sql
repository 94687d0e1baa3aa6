SELECT artist, sum(views) AS views
FROM days
GROUP BY artist
