"""Modes: how what was staged meets what is published. Each is a few statements inside the publish's transaction.

Consumers find each table, or a view, in schema `main`. Where publishes add up, its rows lie in `held`, each with the
interval that wrote it. A merged table keeps versions: for each key the latest in `held`, those before in `past`, each
with the stretch of time over which it was written. So an interval can be run again: what it wrote before goes, what it
had replaced comes back, and what is read is always the fold of all intervals in the order of time (decision 0023). A
partitioned table keeps versions of partitions (decision 0028).
"""

from collections.abc import Sequence

from duckdb import DuckDBPyConnection

from meshwright.engine.duckdb.connection import column_types, name
from meshwright.engine.duckdb.provenance import COPY, END, STAGE, START, copies, interval_columns, within
from meshwright.engine.duckdb.types import TYPES, cast_list
from meshwright.engine.duckdb.versions import VERSIONED, fold
from meshwright.model.contract import Column, LogicalType
from meshwright.model.errors import Refused
from meshwright.model.product import OutputTable, PublishMode
from meshwright.model.publish import Partitions, Publish
from meshwright.model.time import Interval

_WIDENED = (TYPES[LogicalType.INTEGER], TYPES[LogicalType.NUMBER])
"""A stored type, and the wider one that holds all its values; back again, the view rounds."""


def make_readable(connection: DuckDBPyConnection, table: str, columns: Sequence[Column]) -> None:
    """Show consumers the contract's columns of a held table, of its types, and not where its rows came from."""
    connection.execute(
        f"CREATE OR REPLACE VIEW main.{name(table)} AS SELECT {cast_list(columns)} FROM held.{name(table)}"
    )


def join(
    connection: DuckDBPyConnection, made: OutputTable, table: str, interval: Interval, before: Publish
) -> Partitions | None:
    """Bring one staged table together with what is published in the connection's own file.

    Returns the partitions that were written, where they have names.
    """
    if made.mode is PublishMode.REPLACE:
        _drop(connection, table)
        connection.execute(f"CREATE TABLE main.{name(table)} AS FROM {STAGE}.main.{name(table)}")
        return None
    _ensure_held(connection, made, table, before)
    partitions = None
    match made.mode:
        case PublishMode.APPEND:
            connection.execute(f"DELETE FROM held.{name(table)} WHERE {within(interval)}")
            _insert(connection, table)
        case PublishMode.MERGE | PublishMode.PARTITION:
            partitions = fold(connection, table, made, interval)
        case PublishMode.LEDGER:
            _insert(connection, table)
    make_readable(connection, table, made.columns)
    return partitions


def _insert(connection: DuckDBPyConnection, table: str) -> None:
    connection.execute(f"INSERT INTO held.{name(table)} BY NAME FROM {STAGE}.held.{name(table)}")


def _ensure_held(connection: DuckDBPyConnection, made: OutputTable, table: str, before: Publish) -> None:
    """Have tables that can take the staged rows: made now, taken over from another mode, or widened by new columns."""
    held, past = f"held.{name(table)}", f"past.{name(table)}"
    if not is_there(connection, "held", table):
        connection.execute(f"CREATE TABLE {held} AS FROM {STAGE}.{held} LIMIT 0")
        if is_there(connection, "main", table):
            _take_over(connection, made, table, before)
    _widen(connection, held, made.columns)
    if made.mode is PublishMode.PARTITION:
        _number(connection, held, made.columns)
    if made.mode in VERSIONED:
        connection.execute(f"CREATE TABLE IF NOT EXISTS {past} AS FROM {held} LIMIT 0")
        _widen(connection, past, made.columns)


def _take_over(connection: DuckDBPyConnection, made: OutputTable, table: str, before: Publish) -> None:
    """Keep the rows of a table that was published as a whole until now."""
    if made.mode is PublishMode.LEDGER:
        raise Refused(f"`{made.name}` holds rows that were never chained", hint="offer the ledger as a new major")
    connection.execute(
        f"INSERT INTO held.{name(table)} BY NAME SELECT *, {interval_columns(before.interval)} FROM main.{name(table)}"
    )
    connection.execute(f"DROP TABLE main.{name(table)}")


def _number(connection: DuckDBPyConnection, held: str, columns: Sequence[Column]) -> None:
    """Tell apart rows that are the same, where another mode has written them without doing so."""
    connection.execute(f"ALTER TABLE {held} ADD COLUMN IF NOT EXISTS {COPY} BIGINT")
    numbered = f"SELECT rowid AS place, {copies(columns, START, END)} AS number FROM {held}"
    connection.execute(f"UPDATE {held} SET {COPY} = number FROM ({numbered}) WHERE {COPY} IS NULL AND rowid = place")


def _widen(connection: DuckDBPyConnection, relation: str, columns: Sequence[Column]) -> None:
    """Have a stored table hold what the columns do: it gets columns and wider types, and loses none (decision 0069).

    Raises `Refused` for a type that neither holds the stored values nor is held by the stored type.
    """
    known = {column.lower(): kind for column, kind in column_types(connection, relation)}
    for column in columns:
        wanted, stored = TYPES[column.type], known.get(column.name.lower())
        if stored is None:
            connection.execute(f"ALTER TABLE {relation} ADD COLUMN {name(column.name)} {wanted}")
        elif (stored, wanted) == _WIDENED:
            connection.execute(f"ALTER TABLE {relation} ALTER COLUMN {name(column.name)} TYPE {wanted}")
        elif stored != wanted and (wanted, stored) != _WIDENED:
            raise Refused(
                f"`{column.name}` is stored as {stored}, and the release says {column.type}",
                hint="offer it in a new major, or by another name: what is published already stays as it is",
            )


def _drop(connection: DuckDBPyConnection, table: str) -> None:
    """Remove what the table was, in whichever mode it was published."""
    if is_there(connection, "held", table):
        connection.execute(f"DROP VIEW main.{name(table)}")
    connection.execute(f"DROP TABLE IF EXISTS main.{name(table)}")
    connection.execute(f"DROP TABLE IF EXISTS held.{name(table)}")
    connection.execute(f"DROP TABLE IF EXISTS past.{name(table)}")


def is_there(connection: DuckDBPyConnection, schema: str, table: str) -> bool:
    """Tell whether a schema of the connection's own file has the table, as its transaction sees it."""
    found = connection.execute(
        "SELECT 1 FROM information_schema.tables "
        "WHERE table_catalog = current_database() AND table_schema = $1 AND table_name = $2",
        [schema, table],
    )
    return found.fetchone() is not None
