SELECT
  artwork_id,
  title,
  medium,
  artist_id,
  artists.name AS artist_name,
  registered_at
FROM artworks
JOIN artists USING (artist_id)
