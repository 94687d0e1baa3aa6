"""Database: the rows of a source's table, streamed as Arrow tables of what the driver gives.

Only names that SQLAlchemy found in the database are ever put into a query, quoted by it; values are bound.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError, NoSuchTableError, SQLAlchemyError

from meshwright.model.contract import Column, LogicalType
from meshwright.model.errors import FinalError, SourceBroken, SourceNotReady
from meshwright.model.identity import Secret
from meshwright.model.naming import table_names
from meshwright.model.product import DatabaseSource
from meshwright.model.time import Interval

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH = 50_000
_SQLITE_INSTANT = "%Y-%m-%d %H:%M:%f"

_TYPES: tuple[tuple[type[sa.types.TypeEngine[Any]], LogicalType], ...] = (
    (sa.Boolean, LogicalType.BOOLEAN),
    (sa.Integer, LogicalType.INTEGER),
    (sa.Numeric, LogicalType.NUMBER),
    (sa.DateTime, LogicalType.TIMESTAMP),
    (sa.Date, LogicalType.DATE),
    (sa.Time, LogicalType.TIME),
    (sa.JSON, LogicalType.OBJECT),
)


class DatabaseTable:
    """A table of a source, reflected. `columns` are the declared ones, or, where none are declared, those it has."""

    def __init__(self, source: DatabaseSource, declared: Sequence[Column], engine: sa.Engine) -> None:
        self._source = source
        self._engine = engine
        *schema, name = table_names(source.table)
        self._table = sa.Table(
            name, sa.MetaData(), schema=".".join(schema) or None, autoload_with=engine, resolve_fks=False
        )
        self.columns = tuple(declared) or tuple(_column(c) for c in self._table.columns)
        wanted = [*(c.name for c in self.columns), *([source.cursor] if source.cursor else [])]
        missing = [f"`{n}`" for n in wanted if n not in self._table.columns]
        if missing:
            raise SourceBroken(
                f"table `{source.table}` of connection `{source.connection}` has no column {', '.join(missing)}",
                hint=f"it has {', '.join(c.name for c in self._table.columns)}",
            )

    def batches(self, interval: Interval) -> Iterator["pa.Table"]:
        """Yield the rows of the interval, or all rows where the source has no cursor."""
        raw = [sa.type_coerce(self._table.columns[c.name], sa.types.NullType()).label(c.name) for c in self.columns]
        select = sa.select(*raw)
        if self._source.cursor:
            select = select.where(*self._inside(self._table.columns[self._source.cursor], interval))
        with self._engine.connect() as connection:
            self._refuse_unreadable(connection)
            rows = connection.execution_options(yield_per=_BATCH).execute(select)
            for part in rows.partitions():
                yield _arrow(self.columns, part)

    def _refuse_unreadable(self, connection: sa.Connection) -> None:
        """Raise `SourceBroken` for a time that SQLite cannot read: no interval would ever have its row."""
        if not self._source.cursor or self._engine.dialect.name != "sqlite":
            return
        cursor = self._table.columns[self._source.cursor]
        unreadable = sa.type_coerce(cursor, sa.types.NullType())
        found = connection.execute(sa.select(unreadable).where(cursor.is_not(None), _written(cursor).is_(None))).first()
        if found is not None:
            raise SourceBroken(
                f"the cursor `{cursor.name}` of `{self._source.table}` holds `{found[0]}`, which is not a time",
                hint="write instants as `2013-01-01T00:00:00Z`",
            )

    def _inside(self, cursor: sa.Column[Any], interval: Interval) -> tuple[sa.ColumnElement[bool], ...]:
        if isinstance(cursor.type, sa.Integer | sa.Numeric | sa.Boolean):
            raise SourceBroken(
                f"the cursor `{cursor.name}` of `{self._source.table}` is not a time", hint="name a column of instants"
            )
        if self._engine.dialect.name == "sqlite":
            # SQLite keeps instants as text, written in several ways: both sides are brought to one.
            written = _written(cursor)
            start, end = (sa.func.strftime(_SQLITE_INSTANT, _naive(t).isoformat(" ")) for t in _ends(interval))
            return written >= start, written < end
        zoned = getattr(cursor.type, "timezone", False)
        start_at, end_at = (t if zoned else _naive(t) for t in _ends(interval))
        return cursor >= start_at, cursor < end_at


@contextmanager
def database_table(source: DatabaseSource, declared: Sequence[Column], url: Secret) -> Iterator[DatabaseTable]:
    """Open a source's table for reading. Raises `SourceNotReady` when the database does not answer."""
    engine = sa.create_engine(_readable(source, url))
    where = f"table `{source.table}` of connection `{source.connection}`"
    try:
        yield DatabaseTable(source, declared, engine)
    except NoSuchTableError:
        raise SourceBroken(f"{where} is not there") from None
    except DatabaseError as error:
        raise SourceNotReady(f"{where} cannot be read: {_reason(error)}") from None
    except SQLAlchemyError as error:
        raise SourceBroken(f"{where} cannot be read: {_reason(error)}") from None
    finally:
        engine.dispose()


def _readable(source: DatabaseSource, url: Secret) -> sa.URL:
    """Return a URL that only reads: opening a SQLite file that is not there would make one."""
    try:
        parsed = sa.make_url(url.reveal())
    except (SQLAlchemyError, ValueError):  # what it says of a URL may hold a part of the password
        raise FinalError(f"connection `{source.connection}` is not the URL of a database") from None
    match parsed.get_backend_name():
        case "postgresql" | "postgres":
            return parsed.set(drivername="postgresql+psycopg")
        case "sqlite" if parsed.database:
            if not Path(parsed.database).is_file():
                raise SourceNotReady(f"the database of connection `{source.connection}` is not there yet")
            return sa.URL.create(
                "sqlite", database=f"file:{quote(parsed.database)}", query={"mode": "ro", "uri": "true"}
            )
        case backend:
            raise FinalError(
                f"connection `{source.connection}` is a `{backend}`, which cannot be read",
                hint="write the URL of a sqlite or postgresql database",
            )


def _column(found: sa.Column[Any]) -> Column:
    kind = next((logical for made, logical in _TYPES if isinstance(found.type, made)), LogicalType.STRING)
    return Column(found.name, kind)


def _arrow(columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> "pa.Table":
    import pyarrow as pa

    values = zip(*rows, strict=True)
    return pa.table({c.name: _array(list(v)) for c, v in zip(columns, values, strict=True)})


def _array(values: list[Any]) -> "pa.Array":
    """Return the values as Arrow infers them, or as text where they are of several kinds, for the engine to cast."""
    import pyarrow as pa

    try:
        found = pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        return pa.array([_text(v) for v in values], pa.string())
    return pa.array([_text(v) for v in values], pa.string()) if pa.types.is_nested(found.type) else found


def _text(value: Any) -> str | None:
    match value:
        case None:
            return None
        case dict() | list():
            return json.dumps(value, ensure_ascii=False, default=str)
        case bytes():
            return value.decode(errors="replace")
        case _:
            return str(value)


def _ends(interval: Interval) -> tuple[datetime, datetime]:
    return interval.start, interval.end


def _written(cursor: sa.Column[Any]) -> sa.ColumnElement[str]:
    return sa.func.strftime(_SQLITE_INSTANT, cursor)


def _naive(instant: datetime) -> datetime:
    return instant.replace(tzinfo=None)


def _reason(error: SQLAlchemyError) -> str:
    """Return the driver's own first line: it names neither the statement nor the password."""
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0]
