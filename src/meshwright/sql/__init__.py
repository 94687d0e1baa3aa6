"""Understand SQL: what one SELECT reads and makes, and how an engine is to be asked. Only here is SQL ever parsed."""
