"""Partitions: by which names are those told that a publish wrote?"""

from collections.abc import Sequence
from datetime import date, datetime

from meshwright.model.publish import Partitions
from meshwright.model.time import instant_text

NAMED_AT_MOST = 366
"""A publish that writes more partitions, such as the first of a long history, names none: each name is an event."""


def partitions_of(values: Sequence[object], number: int) -> Partitions:
    """Return what is told of so many partitions, of which `values` are all, or the first `NAMED_AT_MOST`."""
    return Partitions(number, tuple(map(_name, values)) if number <= NAMED_AT_MOST else ())


def _name(value: object) -> str:
    """Write a partition's value: an instant and a date as ISO 8601 has them, a text as it is."""
    if isinstance(value, datetime):
        return instant_text(value)
    return value.isoformat() if isinstance(value, date) else str(value)
