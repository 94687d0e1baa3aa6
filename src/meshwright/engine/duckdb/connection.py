"""Connection: opening DuckDB, closing it to the outside world, and saying what its errors mean.

Users' SQL runs only on a connection that `sandbox` has closed: no file, network, ATTACH, extension, setting or Python
variable is left to it. Names are quoted by `name`, and nothing else puts text into SQL but `text`, for a literal.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
from duckdb import DuckDBPyConnection

from meshwright.model.errors import Busy, Corrupt, FinalError, MeshError, Refused
from meshwright.model.value import value

_LOCKED_OUT = "configuration has been locked"
_DAMAGED = ("Corrupt database file", "not a valid DuckDB database file")


@value
class Limits:
    """What one connection may take; None leaves it to DuckDB."""

    memory: str | None = None
    threads: int | None = None


def name(identifier: str) -> str:
    """Quote an identifier."""
    return '"' + identifier.replace('"', '""') + '"'


def text(value: str) -> str:
    """Quote a literal, where a parameter cannot be bound: in ATTACH, SET and the arguments of a table function."""
    return "'" + value.replace("'", "''") + "'"


@contextmanager
def connected(path: Path | None, limits: Limits) -> Iterator[DuckDBPyConnection]:
    """Open a database, or one in memory, for as long as the block lasts."""
    connection = opened(path, limits)
    try:
        yield connection
    finally:
        connection.close()


def opened(path: Path | None, limits: Limits) -> DuckDBPyConnection:
    """Open a database, or one in memory; in UTC, without extensions, and without a search for names that are alike."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "catalog_error_max_schemas": 0,  # it would list all tables there are, for a hint that nobody sees
    }
    if limits.memory is not None:
        config["memory_limit"] = limits.memory
    if limits.threads is not None:
        config["threads"] = limits.threads
    try:
        connection = duckdb.connect(":memory:" if path is None else str(path), config=config)
    except (duckdb.ParserException, duckdb.InvalidInputException) as error:
        raise Refused(f"DuckDB cannot be opened: {reason(error)}", hint="MESH_MEMORY is such as `2GB`") from None
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET python_enable_replacements = false")
    return connection


def attach(connection: DuckDBPyConnection, path: Path, alias: str) -> None:
    """Attach a database to be read. What is attached stays as it is, even when another file takes its place.

    DuckDB reads the header of a file, and opens it again to read the rest of it: where another file has taken its place
    in between, the two do not belong together, and it is attached anew.
    """
    while True:
        before = _identity(path)
        try:
            connection.execute(f"ATTACH {text(str(path))} AS {name(alias)} (READ_ONLY)")
        except duckdb.Error:
            if _identity(path) == before:
                raise
            continue
        if _identity(path) == before:
            return
        connection.execute(f"DETACH {name(alias)}")


def _identity(path: Path) -> tuple[int, int] | None:
    """Tell one file at a path from another one there; None where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns


def sandbox(connection: DuckDBPyConnection, readable: Iterable[Path] = ()) -> None:
    """Close a connection to everything but what is attached to it and the files named here. There is no way back."""
    paths = ", ".join(text(str(p)) for p in readable)
    connection.execute(f"SET allowed_paths = [{paths}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def one_select(connection: DuckDBPyConnection, sql: str) -> str:
    """Return a user's SQL, ready to stand in brackets. Raises `Refused` unless it is one SELECT."""
    statements = connection.extract_statements(sql)
    if len(statements) != 1 or statements[0].type is not duckdb.StatementType.SELECT:
        raise Refused("only one SELECT may be run", hint="a transform, a check and a question are one SELECT each")
    return statements[0].query.strip().removesuffix(";")


def has_relation(connection: DuckDBPyConnection, database: str, schema: str, relation: str) -> bool:
    """Tell whether a table or view is there, by a look at it: DuckDB's lists of all take twenty times as long at first.

    Not for within a transaction, which fails with a look at what is not there.
    """
    try:
        connection.execute(f"SELECT 1 FROM {name(database)}.{name(schema)}.{name(relation)} LIMIT 0")
    except duckdb.CatalogException:
        return False
    return True


def one_row(connection: DuckDBPyConnection, query: str, values: Mapping[str, object] | None = None) -> tuple[Any, ...]:
    """Return the one row of an aggregate."""
    row = connection.execute(query, values or None).fetchone()
    assert row is not None, "an aggregate gives one row"  # noqa: S101
    return row


def row_count(connection: DuckDBPyConnection, relation: str) -> int:
    """Return how many rows a relation has; `relation` is already quoted."""
    row = connection.execute(f"SELECT count(*) FROM {relation}").fetchone()
    return 0 if row is None else int(row[0])


def column_names(connection: DuckDBPyConnection, relation: str) -> tuple[str, ...]:
    """Return the names of a relation's columns; `relation` is already quoted."""
    return tuple(row[0] for row in connection.execute(f"DESCRIBE {relation}").fetchall())


def column_types(connection: DuckDBPyConnection, relation: str) -> tuple[tuple[str, str], ...]:
    """Return the names of a relation's columns with their types, as our `TYPES` spell them."""
    described = connection.execute(f"DESCRIBE {relation}").fetchall()
    return tuple(
        (row[0], row[1].replace(",", ", ").replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ")) for row in described
    )


@contextmanager
def explained(subject: str, hint: str = "") -> Iterator[None]:
    """Turn DuckDB's errors into ours; `subject` is what failed: `the SQL of …`, `hint` what may mend it."""
    try:
        yield
    except duckdb.Error as error:
        raise _meaning(subject, error, hint) from error


def reason(error: duckdb.Error) -> str:
    """Return the first line of an error, without its class."""
    line = str(error).strip().splitlines()[0]
    return line.partition("Error: ")[2] or line


def _meaning(subject: str, error: duckdb.Error, hint: str) -> MeshError:
    why = reason(error)
    match error:
        case _ if any(sign in why for sign in _DAMAGED):
            return Corrupt(f"{subject} cannot be read: {why}", hint="restore the file, or run the product again")
        case duckdb.PermissionException():
            return Refused(f"{subject} reaches outside its sandbox: {why}", hint="SQL reads its input ports only")
        case duckdb.InvalidInputException() if _LOCKED_OUT in why:
            return Refused(f"{subject} reaches outside its sandbox: {why}", hint="SQL reads its input ports only")
        case duckdb.OutOfMemoryException():
            return FinalError(f"{subject} needs more memory than it may take: {why}", hint="raise MESH_MEMORY")
        case duckdb.IOException() if "lock" in why:
            return Busy(f"{subject} has to wait: another process is writing the file")
        case _:
            return FinalError(f"{subject} failed: {why}", hint=hint)
