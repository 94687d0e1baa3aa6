"""Looking: the first rows of a table, by which it is judged how all of them are counted the quickest.

What they seem to say decides how to count, and never what is counted. A table that has no more rows is counted as soon.
"""

LOOK = 100_000
"""So many rows are looked at."""


def first_rows(source: str, condition: str) -> str:
    """Return the relation of the first rows for which a condition holds."""
    return f"(FROM {source} WHERE {condition} LIMIT {LOOK})"


def are_many(rows: int) -> bool:
    """Tell of so many first rows whether the table may have more."""
    return rows >= LOOK
