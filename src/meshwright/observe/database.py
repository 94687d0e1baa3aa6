"""Database: one door to SQLite or PostgreSQL, always at the schema that this code knows.

The first transaction of a process looks at the schema's revision and, where it is older, migrates under a lock: any
number of processes may be the first at once.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from meshwright.model.errors import Busy, Corrupt, Refused
from meshwright.model.identity import Secret
from meshwright.observe.tables import HEAD, VERSION_TABLE

_MIGRATION_LOCK, _JUDGING_LOCK = 0x6D657368, 0x6D657369
"""The keys of PostgreSQL's advisory locks: `mesh`, and the one after it."""

_WANTED = "give `sqlite:////path/observations.db` or `postgresql://…`"


class Database:
    """A lazily opened database. Safe to share between threads; every process opens its own."""

    def __init__(self, url: Secret) -> None:
        self._engine = _open(_read(url))
        self._lock = threading.Lock()
        self._ready = False

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Read one consistent state."""
        self.migrate()
        with _translated(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Write all of it or, when an exception leaves the block, nothing."""
        self.migrate()
        with self._transaction() as connection:
            yield connection

    @contextmanager
    def judging(self) -> Iterator[Connection]:
        """Write as the only one who judges: what is read first does not change before the end."""
        with self.writing() as connection:
            _lock(connection, _JUDGING_LOCK)
            yield connection

    def migrate(self) -> None:
        """Bring the schema to this code's revision. Raises `Refused` when a newer meshwright has been here."""
        with self._lock:
            if self._ready:
                return
            with _translated(), self._engine.connect() as connection:
                revision = _revision(connection)
            if revision != HEAD:
                self._upgrade()
            self._ready = True

    def _upgrade(self) -> None:
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", "meshwright.observe:migrations")
        config.set_main_option("path_separator", "os")
        with self._transaction() as connection:
            _lock(connection, _MIGRATION_LOCK)
            revision = _revision(connection)
            if revision is not None and revision > HEAD:
                raise Refused(
                    f"the database of observations is at revision {revision}, this meshwright knows {HEAD}",
                    hint="use the newer meshwright that has migrated it",
                )
            config.attributes["connection"] = connection
            command.upgrade(config, HEAD)

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with _translated(), self._engine.connect() as connection:
            writer = connection.execution_options(writes=True)
            with writer.begin():
                yield writer


def _read(url: Secret) -> URL:
    try:
        return make_url(url.reveal())
    except (ArgumentError, ValueError):  # what it says of a URL may hold a part of the password
        raise Refused("MESH_DATABASE is not the URL of a database", hint=_WANTED) from None


def _open(url: URL) -> Engine:
    if url.get_backend_name() == "postgresql":
        return create_engine(url.set(drivername="postgresql+psycopg"), poolclass=NullPool)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise Refused(f"`{url.get_backend_name()}://…` is no database of observations", hint=_WANTED)
    Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, poolclass=NullPool)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself: we say how, below
    connection.execute("PRAGMA busy_timeout = 30000")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later cannot wait for another writer: it would fail at once.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _lock(connection: Connection, key: int) -> None:
    """Wait for everybody else who holds the lock; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    revision: str | None = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608
    return revision


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise Busy(f"the database of observations cannot be used: {error.orig}", hint="see that it is up") from error
    except DatabaseError as error:
        if type(error) is not DatabaseError:  # its kinds are mistakes of ours; by itself it says what the file is not
            raise
        raise Corrupt(f"the database of observations cannot be read: {error.orig}", hint="restore it") from error
