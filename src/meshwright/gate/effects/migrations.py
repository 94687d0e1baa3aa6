"""Migrations: what becomes of the stored tables when a release changes their columns, and what cannot become of them?

A table that adds up holds rows of all releases, and an environment may go back to an older one. So columns are only
added and types only widened; each release reads what it promises through a view (decision 0069).
"""

from collections.abc import Iterable, Iterator

from meshwright.gate.changes.change import Change, KeyChanged
from meshwright.gate.changes.columns import ColumnAdded, ColumnRemoved, ColumnRetyped, ColumnWidened
from meshwright.gate.changes.describe import describe
from meshwright.gate.codes import Code
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import TableAddress
from meshwright.model.contract import LogicalType
from meshwright.model.diagnostic import Diagnostic, Severity
from meshwright.model.product import PublishMode
from meshwright.model.value import value

_MERELY_READ = (LogicalType.NUMBER, LogicalType.INTEGER)
"""A retyping that needs nothing of what is stored: whole numbers are read of numbers."""


@value
class Migration:
    """One step that the next publish takes of itself, before it adds its rows."""

    table: TableAddress
    step: str


def migrations(changes: Iterable[Change], current: MeshGraph, proposed: MeshGraph) -> tuple[Migration, ...]:
    """Return what happens to the stored tables, in the order of the changes."""
    return tuple(
        Migration(change.address.table, _step(change))
        for change in changes
        if isinstance(change, ColumnAdded | ColumnRemoved | ColumnWidened) and _adding(change, current, proposed)
    )


def storage_findings(changes: Iterable[Change], current: MeshGraph, proposed: MeshGraph) -> Iterator[Diagnostic]:
    """Yield the changes that a table which adds up cannot take: its old rows would be read wrongly, or not at all."""
    for change in changes:
        mode = _adding(change, current, proposed)
        why = "" if mode is None else _impossible(change, mode)
        if why and isinstance(change, KeyChanged | ColumnRetyped | ColumnWidened):
            message = f"{describe(change)}, but {why}"
            hint = "offer it as a new major beside the old one, which starts with a table of its own"
            yield Diagnostic(change.at, Code.NOT_STORABLE, Severity.ERROR, message, hint)


def _adding(change: Change, current: MeshGraph, proposed: MeshGraph) -> PublishMode | None:
    """Return how a table is published that holds rows of both releases; None where it does not, or there is none."""
    match change:
        case KeyChanged(address=table):
            pass
        case ColumnAdded() | ColumnRemoved() | ColumnRetyped() | ColumnWidened():
            table = change.address.table
        case _:
            return None
    was, is_now = current.table(table), proposed.table(table)
    if was is None or is_now is None or was.virtual or is_now.virtual:
        return None
    return None if PublishMode.REPLACE in (was.mode, is_now.mode) else is_now.mode


def _step(change: ColumnAdded | ColumnRemoved | ColumnWidened) -> str:
    name = change.address.name
    match change:
        case ColumnAdded():
            return f"gains column `{name}`; its old rows have none"
        case ColumnRemoved():
            return f"keeps column `{name}`, which nobody reads any more"
        case ColumnWidened():
            return f"widens column `{name}` from {change.before} to {change.after}"


def _impossible(change: Change, mode: PublishMode) -> str:
    match change:
        case KeyChanged(before=(_, *_)) if mode is PublishMode.MERGE:
            return "rows that are published already are told apart by the old key"
        case ColumnRetyped() if (change.before, change.after) != _MERELY_READ:
            return f"rows that are published already hold {change.before}"
        case ColumnWidened() if mode is PublishMode.LEDGER:
            return "entries that are chained already were hashed as they are"
        case _:
            return ""
