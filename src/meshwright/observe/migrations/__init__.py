"""Migrations: how the database of observations came to its present shape, one revision a file, run by Alembic."""
