SELECT artist, sum(amount) AS revenue
FROM sold
GROUP BY artist
