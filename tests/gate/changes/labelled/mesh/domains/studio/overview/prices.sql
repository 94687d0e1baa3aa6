SELECT work, owner, max(price) AS price
FROM works.prices
JOIN entries USING (work)
GROUP BY work, owner
