select id from raw
