"""What a product's own domain gives it: which files, which rows of a database. Knows no engine."""
