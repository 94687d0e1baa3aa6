"""PostgreSQL: rows as COPY sends them, made into Arrow by ADBC without a Python object for any value.

What Arrow has no type for, such as a UUID, comes as the text that PostgreSQL writes, an array as JSON.
"""

from collections.abc import Generator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.base import PGDialect

from meshwright.engine.sources.database.connect import needs, unreadable
from meshwright.model.time import Interval

if TYPE_CHECKING:
    import pyarrow as pa

_KEPT = (sa.Boolean, sa.Integer, sa.Numeric, sa.String, sa.DateTime, sa.Date)
"""The types that arrive as what they are."""


def batches(
    engine: sa.Engine, where: str, columns: Sequence[sa.Column[Any]], cursor: sa.Column[Any] | None, interval: Interval
) -> Generator["pa.RecordBatch"]:
    """Yield the columns of the rows whose cursor is in an interval, or of all: one statement, so one snapshot."""
    import pyarrow as pa

    try:
        from adbc_driver_manager.dbapi import Error
        from adbc_driver_postgresql.dbapi import connect
    except ModuleNotFoundError as error:
        raise needs("PostgreSQL", error) from None
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        with connect(url) as connection, connection.cursor() as rows:
            rows.execute(_select(columns, cursor, interval))
            with rows.fetch_record_batch() as reader:
                yield from reader
    except (Error, pa.ArrowException, OSError) as error:  # the last two where the rows end half-way
        raise unreadable(where, error, getattr(error, "sqlstate", None)) from None


def _select(columns: Sequence[sa.Column[Any]], cursor: sa.Column[Any] | None, interval: Interval) -> str:
    select = sa.select(*(_sent(c).label(c.name) for c in columns))
    if cursor is not None:
        start, end = (_as(cursor, t) for t in (interval.start, interval.end))
        select = select.where(cursor >= start, cursor < end)
    # The other way of naming parameters writes a `%` in a column's name twice.
    dialect = PGDialect(paramstyle="named")  # type: ignore[no-untyped-call]
    return str(select.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


def _sent(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    is_kept = isinstance(column.type, _KEPT) and not isinstance(column.type, sa.Enum)
    sent = sa.func.to_json(column) if isinstance(column.type, sa.ARRAY) else column
    return column if is_kept else sa.cast(sent, sa.Text)


def _as(cursor: sa.Column[Any], instant: datetime) -> sa.ColumnElement[Any]:
    """Return an instant as a cursor can be held against it: a time without a zone is in UTC, a date is its midnight."""
    zoned = bool(getattr(cursor.type, "timezone", False))
    said = (instant if zoned else instant.replace(tzinfo=None)).isoformat()
    return sa.cast(sa.literal(said, sa.Text), sa.TIMESTAMP(timezone=zoned))
