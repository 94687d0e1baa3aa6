SELECT photo_id FROM photos
