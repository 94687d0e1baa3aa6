SELECT id FROM nothing
