"""Read: the rows of a source's table that are in an interval, streamed.

Only names that the database itself has told are ever put into a query, quoted by SQLAlchemy; of values, only the
interval.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

import sqlalchemy as sa

from meshwright.engine.sources.database import postgresql, sqlite
from meshwright.engine.sources.database.connect import connected, explained, logical_type, reflected
from meshwright.engine.sources.reading import Given, GivenRows, Reading
from meshwright.model.contract import Column
from meshwright.model.errors import SourceBroken
from meshwright.model.product import DatabaseSource

_TIMES = (sa.DateTime, sa.Date)
_GIVING = {
    "postgresql": (postgresql.batches, _TIMES),
    "sqlite": (sqlite.batches, (*_TIMES, sa.String, sa.types.NullType)),
}
"""For each database what gives batches, and the types of the columns that may be a cursor."""


@contextmanager
def read_database(source: DatabaseSource, reading: Reading) -> Iterator[Given]:
    """Give the rows of the interval, or all rows where the source has no cursor.

    Raises `SourceNotReady` where the database does not answer, or no longer.
    """
    where = f"table `{source.table}` of connection `{source.connection}`"
    with connected(source.connection, reading.url) as engine, explained(where):
        table = reflected(engine, source.table)
        columns = reading.columns or tuple(Column(c.name, logical_type(c.type)) for c in table.columns)
        _refuse_missing(where, table, [*(c.name for c in columns), *([source.cursor] if source.cursor else [])])
        give, times = _GIVING[engine.dialect.name]
        cursor = None if source.cursor is None else _time(where, table.columns[source.cursor], times)
        chosen = [table.columns[c.name] for c in columns]
        # Who stops half-way leaves no connection behind, and so no lock.
        with closing(give(engine, where, chosen, cursor, reading.interval)) as batches:
            yield GivenRows(columns, batches)


def _refuse_missing(where: str, table: sa.Table, wanted: Sequence[str]) -> None:
    missing = [f"`{name}`" for name in wanted if name not in table.columns]
    if missing:
        hint = f"it has {', '.join(c.name for c in table.columns)}"
        raise SourceBroken(f"{where} has no column {', '.join(missing)}", hint=hint)


def _time(where: str, cursor: sa.Column[Any], times: tuple[type, ...]) -> sa.Column[Any]:
    if not isinstance(cursor.type, times):
        raise SourceBroken(f"the cursor `{cursor.name}` of {where} is not a time", hint="name a column of instants")
    return cursor
