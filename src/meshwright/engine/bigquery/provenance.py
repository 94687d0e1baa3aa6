"""Provenance: from which interval a held row comes, in columns that consumers never see.

All held tables have them, in every mode: so a change of mode needs no other table.
"""

from meshwright.engine.bigquery.connection import name
from meshwright.engine.bigquery.types import identity, name_list
from meshwright.model.product import OutputTable
from meshwright.model.time import Interval, instant_text

START_COLUMN, END_COLUMN, COPY_COLUMN = "mesh__start", "mesh__end", "mesh__copy"
START, END = name(START_COLUMN), name(END_COLUMN)
COPY = name(COPY_COLUMN)
"""Tells rows of a partition apart that are the same in all their columns, from 1."""


Gone = tuple[tuple[str, str], ...]
"""The stored columns that a contract no longer has, with their types."""


def held_list(table: OutputTable, gone: Gone = ()) -> str:
    """Return the columns of a held row."""
    return ", ".join([*(name(column) for column, _ in gone), name_list(table.columns), START, END, COPY])


def bounds(interval: Interval) -> tuple[str, str]:
    """Return the start and the end of an interval as literals."""
    return f"TIMESTAMP '{instant_text(interval.start)}'", f"TIMESTAMP '{instant_text(interval.end)}'"


def copies(table: OutputTable, *also: str) -> str:
    """Return the expression that numbers rows which are the same in all columns, and in what else is named."""
    same = identity(c.name for c in table.made_columns)
    return f"ROW_NUMBER() OVER (PARTITION BY {', '.join((same, *also))})"


def interval_columns(interval: Interval) -> str:
    """Return the select list of the interval that rows come from."""
    start, end = bounds(interval)
    return f"{start} AS {START}, {end} AS {END}"


def within(interval: Interval) -> str:
    """Return the condition that a held row came from this interval, or from a part of it."""
    start, end = bounds(interval)
    return f"({START} >= {start} AND {END} <= {end})"
