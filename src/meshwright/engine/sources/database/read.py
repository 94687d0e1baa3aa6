"""Read: the rows of a source's table that are in an interval, streamed.

Only names that the database itself has told are ever put into a query, quoted by SQLAlchemy; of values, only the
interval.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from meshwright.engine.sources.database import postgresql, sqlite
from meshwright.engine.sources.database.connect import connected, explained, logical_type, reflected
from meshwright.engine.sources.reading import Given, GivenRows, Reading
from meshwright.model.contract import Column
from meshwright.model.errors import SourceBroken
from meshwright.model.identity import Secret
from meshwright.model.product import DatabaseSource
from meshwright.model.time import Interval

_TIMES = (sa.DateTime, sa.Date)
_GIVING = {
    "postgresql": (postgresql.batches, _TIMES),
    "sqlite": (sqlite.batches, (*_TIMES, sa.String, sa.types.NullType)),
}
"""For each database what gives batches, and the types of the columns that may be a cursor."""

_EVER = Interval(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


@contextmanager
def read_database(source: DatabaseSource, reading: Reading) -> Iterator[Given]:
    """Give the rows of the interval, or all rows where the source has no cursor.

    Raises `SourceNotReady` where the database does not answer, or no longer.
    """
    where = f"table `{source.table}` of connection `{source.connection}`"
    with connected(source.connection, reading.url) as engine, explained(where):
        table = reflected(engine, source.table)
        columns = reading.columns or _columns(table)
        _refuse_missing(where, table, [*(c.name for c in columns), *([source.cursor] if source.cursor else [])])
        give, times = _GIVING[engine.dialect.name]
        cursor = None if source.cursor is None else _time(where, table.columns[source.cursor], times)
        chosen = [table.columns[c.name] for c in columns]
        # Who stops half-way leaves no connection behind, and so no lock.
        with closing(give(engine, where, chosen, cursor, reading.interval)) as batches:
            yield GivenRows(columns, batches)


@contextmanager
def read_table(connection: str, url: Secret, table: str) -> Iterator[GivenRows]:
    """Give all rows of a table, with the columns that the database says it has. Raises as `read_database`."""
    where = f"table `{table}` of connection `{connection}`"
    with connected(connection, url) as engine, explained(where):
        found = reflected(engine, table)
        give, _ = _GIVING[engine.dialect.name]
        with closing(give(engine, where, list(found.columns), None, _EVER)) as batches:
            yield GivenRows(_columns(found), batches)


def _columns(table: sa.Table) -> tuple[Column, ...]:
    return tuple(Column(c.name, logical_type(c.type)) for c in table.columns)


def _refuse_missing(where: str, table: sa.Table, wanted: Sequence[str]) -> None:
    missing = [f"`{name}`" for name in wanted if name not in table.columns]
    if missing:
        hint = f"it has {', '.join(c.name for c in table.columns)}"
        raise SourceBroken(f"{where} has no column {', '.join(missing)}", hint=hint)


def _time(where: str, cursor: sa.Column[Any], times: tuple[type, ...]) -> sa.Column[Any]:
    if not isinstance(cursor.type, times):
        raise SourceBroken(f"the cursor `{cursor.name}` of {where} is not a time", hint="name a column of instants")
    return cursor
