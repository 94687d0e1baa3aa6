SELECT fresh.work, count(*) AS letters
FROM fresh
JOIN fading ON fresh.work = fading.work
GROUP BY fresh.work
