"""Modes: how what was staged meets what is published: each is a few statements inside the publish's transaction.

A table's rows lie in the product's store, each with the interval that wrote it; consumers read a view of them. So no
mode, and no change of mode, needs more than rows to be deleted and inserted, which a transaction may do.
"""

from collections.abc import Iterator

from meshwright.engine.bigquery.connection import name
from meshwright.engine.bigquery.provenance import Gone, held_list, within
from meshwright.engine.bigquery.session import Session
from meshwright.engine.bigquery.types import TYPES, name_list
from meshwright.engine.bigquery.versions import LATEST, VERSIONED, folded, is_touched, touched
from meshwright.model.address import TableAddress
from meshwright.model.identity import PublishId
from meshwright.model.naming import stored_table
from meshwright.model.product import OutputTable, PublishMode
from meshwright.model.time import Interval
from meshwright.model.value import value


@value
class Joining:
    """One staged table, and what it joins.

    Of what is stored, the contract no longer has what is `gone`; rows for which `too_old` holds are not kept. What is
    `served` in place joins nothing: consumers are given a view of that table, by its quoted name.
    """

    session: Session
    address: TableAddress
    table: OutputTable
    publish_id: PublishId
    interval: Interval
    gone: Gone = ()
    too_old: str | None = None
    served: str | None = None

    @property
    def held(self) -> str:
        """The rows that consumers read."""
        return self.session.held(self.address)

    @property
    def past(self) -> str:
        """The versions before those."""
        return self.session.past(self.address)

    @property
    def is_versioned(self) -> bool:
        """Tell whether the table keeps what it replaces."""
        return self.table.mode in VERSIONED

    @property
    def is_staged_alone(self) -> bool:
        """Tell whether consumers will read what was staged, all of it and nothing else."""
        return self.table.mode is PublishMode.REPLACE and self.too_old is None

    @property
    def kept(self) -> str:
        """The condition that a row is kept."""
        return "TRUE" if self.too_old is None else f"NOT ({self.too_old})"

    def part(self, suffix: str = "") -> str:
        """Return what was staged, or what was worked out of it."""
        part = f"{stored_table(self.address)}{suffix}"
        return self.session.staged(self.address.port.product, self.publish_id, part)


def worked_out(joining: Joining) -> Iterator[str]:
    """Yield the statements that work out, before the transaction, what it is to put in."""
    if not joining.is_versioned:
        return
    table, interval = joining.table, joining.interval
    of = (joining.held, joining.past, joining.part())
    keys = joining.part("__touched")
    yield f"CREATE OR REPLACE TABLE {keys} AS {touched(table, of, interval)}"
    yield f"CREATE OR REPLACE TABLE {joining.part('__folded')} AS {folded(table, joining.gone, of, keys, interval)}"


def joined(joining: Joining) -> Iterator[str]:
    """Yield the statements of the transaction that bring staged and published rows together."""
    table, held, columns = joining.table, joining.held, held_list(joining.table)
    match table.mode:
        case PublishMode.REPLACE:
            yield f"DELETE FROM {held} WHERE TRUE"
            yield f"INSERT INTO {held} ({columns}) SELECT {columns} FROM {joining.part()}"
        case PublishMode.APPEND | PublishMode.LEDGER:
            if table.mode is PublishMode.APPEND:
                yield f"DELETE FROM {held} WHERE {within(joining.interval)}"
            yield f"INSERT INTO {held} ({columns}) SELECT {columns} FROM {joining.part()}"
        case PublishMode.MERGE | PublishMode.PARTITION:
            which = is_touched(table, joining.part("__touched"))
            columns = held_list(table, joining.gone)
            for place, latest in ((held, LATEST), (joining.past, f"NOT {LATEST}")):
                yield f"DELETE FROM {place} WHERE {which}"
                yield (
                    f"INSERT INTO {place} ({columns}) SELECT {columns} FROM {joining.part('__folded')} WHERE {latest}"
                )


def rows_after(joining: Joining, rows: int) -> str:
    """Return the expression of how many rows consumers will read, where so many were staged."""
    table, held, kept = joining.table, joining.held, joining.kept
    staged = str(rows) if joining.too_old is None else f"(SELECT COUNTIF({kept}) FROM {joining.part()})"
    match table.mode:
        case PublishMode.REPLACE:
            return staged
        case PublishMode.APPEND:
            return f"(SELECT COUNTIF(NOT {within(joining.interval)} AND {kept}) FROM {held}) + {staged}"
        case PublishMode.LEDGER:
            return f"(SELECT COUNT(*) FROM {held}) + {staged}"
        case PublishMode.MERGE | PublishMode.PARTITION:
            which = is_touched(table, joining.part("__touched"))
            stays = f"(SELECT COUNTIF({kept}) FROM {held} WHERE NOT ({which}))"
            return f"{stays} + (SELECT COUNTIF({LATEST} AND {kept}) FROM {joining.part('__folded')})"


def offered(joining: Joining) -> str:
    """Return the SELECT that shows consumers the contract's columns, in its types, and not where from.

    What is served in place is shown as it is.
    """
    columns = joining.table.columns
    if joining.served is not None:
        return f"SELECT {name_list(columns)} FROM {joining.served}"
    cast = ", ".join(f"CAST({name(c.name)} AS {TYPES[c.type]}) AS {name(c.name)}" for c in columns)
    return f"SELECT {cast} FROM {joining.held}"
