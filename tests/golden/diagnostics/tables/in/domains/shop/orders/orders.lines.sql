SELECT line_id FROM source
