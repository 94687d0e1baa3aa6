"""Measuring: what checks of a table speak of, what one scan of it has counted, and which rows show what is wrong.

Knows no engine.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field
from decimal import Decimal

from meshwright.model.contract import Check, Column, LogicalType, Metric
from meshwright.model.personal import may_be_told
from meshwright.model.product import OutputTable
from meshwright.model.publish import WrongRow
from meshwright.model.time import Interval
from meshwright.model.value import value

SHOWN = 5
"""So many wrong rows of a check are shown at most."""

_WIDTH = 60


@value
class Terms:
    """What checks of a table speak of: its columns, the interval of what was staged, and what rows refer to.

    `targets` holds for each check of references the rows that are referred to, as a relation.
    """

    columns: Mapping[str, Column]
    interval: Interval
    targets: Mapping[Check, str] = field(default_factory=dict)

    def values(self, check: Check) -> dict[str, object]:
        """Return what the parameters of a check's SQL are bound to."""
        bounds = {"interval_start": self.interval.start, "interval_end": self.interval.end}
        return {parameter: bounds[parameter] for parameter in check.parameters}


@value
class Measured:
    """What a scan has counted: for each check, of the staged rows, and of all that were looked at."""

    numbers: Mapping[Check, Decimal]
    rows: int
    all_rows: int

    def among(self, check: Check) -> int:
        """Return of how many rows a check was measured."""
        return self.all_rows if check.is_about_all else self.rows


def terms(table: OutputTable, interval: Interval, targets: Mapping[Check, str] | None = None) -> Terms:
    """Return the terms of a table's checks."""
    return Terms({c.name: c for c in table.made_columns}, interval, targets or {})


def absent(check: Check, there: Collection[str]) -> list[str]:
    """Return the columns of a check that are not among those that are `there`, in lower case."""
    return [column for column in check.columns if column.lower() not in there]


def can_be_counted(check: Check, terms: Terms, there: Collection[str]) -> bool:
    """Tell whether a scan can count what a check measures: its columns are there, and what rows refer to is known."""
    lacks_target = check.refers_to is not None and check not in terms.targets
    return check.is_counted and not absent(check, there) and not lacks_target


def to_show(table: OutputTable, check: Check, measured: Measured) -> tuple[Column, ...]:
    """Return the columns by which rows that fail a check can be shown: of its key and the check's own.

    None where no row is wrong by itself, or all of these columns hold what not everybody may see.
    """
    tells_of_rows = check.is_counted and check.metric is not Metric.ROW_COUNT and check.permits(Decimal(0))
    if not tells_of_rows or not measured.numbers.get(check):
        return ()
    named = dict.fromkeys((*table.contract.key, *check.columns)) or dict.fromkeys(c.name for c in table.made_columns)
    found = (table.contract.column(name) for name in named)
    return tuple(c for c in found if c is not None and c.mask is None and may_be_told(c.classification))[:4]


def wrong_row(columns: Sequence[Column], values: Sequence[object]) -> WrongRow:
    """Return a row to show: values as text, cut where they are long."""
    return WrongRow(tuple((c.name, _shown(c, value)) for c, value in zip(columns, values, strict=True)))


def _shown(column: Column, value: object) -> str | None:
    if value is None:
        return None
    text = str(value)
    if column.type is LogicalType.NUMBER and "." in text:
        text = text.rstrip("0").rstrip(".")
    return text if len(text) <= _WIDTH else f"{text[:_WIDTH]}…"
