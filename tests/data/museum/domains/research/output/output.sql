SELECT
  artists.id AS artist_id,
  artists.name,
  COUNT(*) AS works
FROM artworks
JOIN artists ON artists.id = artworks.artist_id
GROUP BY artists.id, artists.name
