"""Databases: PostgreSQL and SQLite. What is the same in both is in `connect` and `read`."""
