"""Connect: a database opened to be read, a table found in it, and what its errors mean."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, NoSuchTableError, SAWarning, SQLAlchemyError

from meshwright.model.contract import LogicalType
from meshwright.model.errors import FinalError, MeshError, Refused, SourceBroken, SourceNotReady
from meshwright.model.identity import Secret
from meshwright.model.naming import table_names

_HOPELESS = ("22", "28", "3D", "42")
"""Classes of SQLSTATE that another try does not change: of the values, the login, the database, names and rights."""

_PATIENCE = {"connect_timeout": "10", "keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3"}
"""How long PostgreSQL is waited for, in seconds, where the URL does not say: one that is gone is given up."""

_TYPES: tuple[tuple[type[sa.types.TypeEngine[Any]], LogicalType], ...] = (
    (sa.Boolean, LogicalType.BOOLEAN),
    (sa.Integer, LogicalType.INTEGER),
    (sa.Numeric, LogicalType.NUMBER),
    (sa.Float, LogicalType.NUMBER),
    (sa.DateTime, LogicalType.TIMESTAMP),
    (sa.Date, LogicalType.DATE),
    (sa.Time, LogicalType.TIME),
    (sa.JSON, LogicalType.OBJECT),
    (sa.ARRAY, LogicalType.ARRAY),
)


@contextmanager
def connected(connection: str, url: Secret) -> Iterator[sa.Engine]:
    """Open the database of a connection. Nothing is asked of it yet."""
    try:
        engine = sa.create_engine(_readable(connection, url))
    except ModuleNotFoundError as error:
        raise needs("PostgreSQL", error) from None
    try:
        yield engine
    finally:
        engine.dispose()


def reflected(engine: sa.Engine, table: str) -> sa.Table:
    """Return a table as the database describes it."""
    *schema, name = table_names(table)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # of types and indexes that it has no class for
        return sa.Table(name, sa.MetaData(), schema=".".join(schema) or None, autoload_with=engine, resolve_fks=False)


def logical_type(kind: sa.types.TypeEngine[Any]) -> LogicalType:
    """Return the contract's type for one of a database; what has no counterpart is text."""
    return next((logical for made, logical in _TYPES if isinstance(kind, made)), LogicalType.STRING)


@contextmanager
def explained(where: str) -> Iterator[None]:
    """Turn what SQLAlchemy and the driver below it say of `where` into our words."""
    try:
        yield
    except NoSuchTableError:
        raise SourceBroken(f"{where} is not there") from None
    except DBAPIError as error:
        raise unreadable(where, error.orig or error, getattr(error.orig, "sqlstate", None)) from None
    except SQLAlchemyError as error:
        raise SourceBroken(f"{where} cannot be read: {_first_line(error)}") from None


def unreadable(where: str, error: BaseException, sqlstate: str | None) -> MeshError:
    """Return whether a database that could not be read may be read later; the reason is its own first line."""
    why = f"{where} cannot be read: {_first_line(error)}"
    return SourceBroken(why) if (sqlstate or "").startswith(_HOPELESS) else SourceNotReady(why)


def needs(what: str, error: ModuleNotFoundError) -> Refused:
    """Say what has to be installed to read something."""
    return Refused(f"reading {what} needs `{error.name}`", hint="install `meshwright[postgres]`")


def _readable(connection: str, url: Secret) -> sa.URL:
    """Return a URL that only reads: opening a SQLite file that is not there would make one."""
    try:
        parsed = sa.make_url(url.reveal())
    except (SQLAlchemyError, ValueError):  # what it says of a URL may hold a part of the password
        raise FinalError(f"connection `{connection}` is not the URL of a database") from None
    match parsed.get_backend_name():
        case "postgresql" | "postgres":
            return parsed.set(drivername="postgresql+psycopg", query={**_PATIENCE, **parsed.query})
        case "sqlite" if parsed.database:
            if not Path(parsed.database).is_file():
                raise SourceNotReady(f"the database of connection `{connection}` is not there yet")
            return sa.URL.create(
                "sqlite", database=f"file:{quote(parsed.database)}", query={"mode": "ro", "uri": "true"}
            )
        case backend:
            raise FinalError(
                f"connection `{connection}` is a `{backend}`, which cannot be read",
                hint="write the URL of a sqlite or postgresql database",
            )


def _first_line(error: BaseException) -> str:
    """Return the driver's own first line: it names neither the statement nor the password."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
