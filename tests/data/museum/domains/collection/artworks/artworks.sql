SELECT
  id,
  acno,
  title,
  dateText AS date_text,
  json_extract_string(dateRange, '$.startYear') AS start_year,
  medium,
  dimensions,
  acquisitionYear AS acquisition_year,
  creditLine AS credit_line,
  classification,
  CAST(json_extract_string(contributors, '$[0].id') AS BIGINT) AS artist_id,
  contributors,
  subjects
FROM source
