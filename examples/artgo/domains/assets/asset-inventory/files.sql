-- A key reads `artwork-0001/master.png`: the artwork, the rendition, the format.
SELECT
  key AS asset_key,
  REGEXP_EXTRACT(key, r'^([^/]+)/') AS artwork_id,
  REGEXP_EXTRACT(key, r'/([a-z]+)') AS rendition,
  REGEXP_EXTRACT(key, r'\.([a-z0-9]+)$') AS format,
  size AS size_bytes,
  last_modified AS uploaded_at,
  sha256 AS checksum
FROM inventory
