"""Measuring: what checks of a table speak of, and what one scan of it has counted. Knows no engine."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from meshwright.model.contract import Check, Column
from meshwright.model.product import OutputTable
from meshwright.model.time import Interval


@dataclass(frozen=True, slots=True)
class Terms:
    """What checks of a table speak of: its columns, and the interval of what was staged."""

    columns: Mapping[str, Column]
    interval: Interval

    def values(self, check: Check) -> dict[str, object]:
        """Return what the parameters of a check's SQL are bound to."""
        bounds = {"interval_start": self.interval.start, "interval_end": self.interval.end}
        return {parameter: bounds[parameter] for parameter in check.parameters}


@dataclass(frozen=True, slots=True)
class Measured:
    """What a scan has counted: for each check, of the staged rows, and of all that were looked at."""

    numbers: Mapping[Check, Decimal]
    rows: int
    all_rows: int

    def among(self, check: Check) -> int:
        """Return of how many rows a check was measured."""
        return self.all_rows if check.is_about_all else self.rows


def terms(table: OutputTable, interval: Interval) -> Terms:
    """Return the terms of a table's checks."""
    return Terms({c.name: c for c in table.made_columns}, interval)
