"""Provenance: from which interval a held row comes, in columns that consumers never see."""

from collections.abc import Sequence

from meshwright.engine.duckdb.connection import text
from meshwright.engine.duckdb.types import name_list
from meshwright.model.contract import Column
from meshwright.model.time import Interval, instant_text

STAGE = "stage"
"""The alias under which a stage is attached to the file that takes it in."""

PUBLISHED = "published"
"""The alias of the product's own published file."""

START, END = '"interval.start"', '"interval.end"'
COPY = '"interval.copy"'
"""Tells rows of a partition apart that are the same in all their columns, from 1."""


def bounds(interval: Interval) -> tuple[str, str]:
    """Return the start and the end of an interval as literals."""
    return f"TIMESTAMPTZ {text(instant_text(interval.start))}", f"TIMESTAMPTZ {text(instant_text(interval.end))}"


def interval_columns(interval: Interval) -> str:
    """Return the select list of the interval that rows come from."""
    start, end = bounds(interval)
    return f"{start} AS {START}, {end} AS {END}"


def copies(columns: Sequence[Column], *also: str) -> str:
    """Return the expression that numbers rows which are the same in all columns, and in what else is named."""
    return f"row_number() OVER (PARTITION BY {', '.join((name_list(columns), *also))})"


def within(interval: Interval) -> str:
    """Return the condition that a held row came from this interval, or from a part of it."""
    start, end = bounds(interval)
    return f"({START} >= {start} AND {END} <= {end})"
