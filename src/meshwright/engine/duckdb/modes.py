"""Modes: how what was staged meets what is published. Each is a few statements inside the publish's transaction.

Consumers find a port's table or view in schema `main`. Where publishes add up, its rows lie in `held`, each with the
interval that it came from; a row that a later interval replaced by its key lies in `past`. So an interval can be run
again: what it published before goes, what it had replaced comes back, and a merged port is always the fold of its
intervals in the order of time. docs/decisions/0023 says more.
"""

from collections.abc import Sequence

from duckdb import DuckDBPyConnection

from meshwright.engine.duckdb.connection import column_names, has_relation, name, text
from meshwright.engine.duckdb.types import TYPES, name_list
from meshwright.model.contract import Column
from meshwright.model.errors import Refused
from meshwright.model.product import OutputPort, PublishMode
from meshwright.model.publish import Publish
from meshwright.model.time import Interval, instant_text

STAGE = "stage"
"""The alias under which the stage is attached."""

START, END = '"interval.start"', '"interval.end"'


def instant_literal(value: str) -> str:
    """Return an instant, as people write it, as a literal."""
    return f"TIMESTAMPTZ {text(value)}"


def interval_columns(interval: Interval) -> str:
    """Return the select list of the interval that rows come from."""
    return (
        f"{instant_literal(instant_text(interval.start))} AS {START}, "
        f"{instant_literal(instant_text(interval.end))} AS {END}"
    )


def within(interval: Interval) -> str:
    """Return the condition that a held row came from this interval, or from a part of it."""
    start, end = instant_literal(instant_text(interval.start)), instant_literal(instant_text(interval.end))
    return f"({START} >= {start} AND {END} <= {end})"


def make_readable(connection: DuckDBPyConnection, table: str, columns: Sequence[Column]) -> None:
    """Show consumers the contract's columns of a held table, and not where its rows came from."""
    connection.execute(
        f"CREATE OR REPLACE VIEW main.{name(table)} AS SELECT {name_list(columns)} FROM held.{name(table)}"
    )


def join(connection: DuckDBPyConnection, port: OutputPort, table: str, interval: Interval, before: Publish) -> None:
    """Bring one staged port together with what is published in the connection's own file."""
    if port.mode is PublishMode.REPLACE:
        _drop(connection, table)
        connection.execute(f"CREATE TABLE main.{name(table)} AS FROM {STAGE}.main.{name(table)}")
        return
    _ensure_held(connection, port, table, before)
    match port.mode:
        case PublishMode.APPEND:
            connection.execute(f"DELETE FROM held.{name(table)} WHERE {within(interval)}")
            _insert(connection, table)
        case PublishMode.MERGE:
            _forget(connection, table, port.contract.key, interval)
            _merge(connection, table, port, interval)
        case PublishMode.LEDGER:
            _insert(connection, table)
    make_readable(connection, table, port.columns)


def _insert(connection: DuckDBPyConnection, table: str) -> None:
    connection.execute(f"INSERT INTO held.{name(table)} BY NAME FROM {STAGE}.held.{name(table)}")


def _forget(connection: DuckDBPyConnection, table: str, key: Sequence[str], interval: Interval) -> None:
    """Take back what the interval published before: the row that it had replaced comes back."""
    held, past, keys = f"held.{name(table)}", f"past.{name(table)}", ", ".join(map(name, key))
    connection.execute(f"DELETE FROM {past} WHERE {within(interval)}")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE forgotten AS SELECT {keys} FROM {held} WHERE {within(interval)}")
    connection.execute(f"DELETE FROM {held} WHERE {within(interval)}")
    connection.execute(
        f"INSERT INTO {held} BY NAME SELECT * FROM {past} SEMI JOIN forgotten USING ({keys}) "
        f"QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY {END} DESC, {START} DESC) = 1"
    )
    same = _equal(key, "past_row", "held_row")
    connection.execute(
        f"DELETE FROM {past} AS past_row USING {held} AS held_row WHERE {same} "
        f"AND past_row.{START} = held_row.{START} AND past_row.{END} = held_row.{END}"
    )
    connection.execute("DROP TABLE forgotten")


def _merge(connection: DuckDBPyConnection, table: str, port: OutputPort, interval: Interval) -> None:
    """Put each staged row in its place in time; a row that says nothing new changes nothing."""
    held, past, staged = f"held.{name(table)}", f"past.{name(table)}", f"{STAGE}.held.{name(table)}"
    key = port.contract.key
    same = _equal(key, "held_row", "staged_row")
    differs = _different([c.name for c in port.contract.columns if c.name not in key], "held_row", "staged_row")
    start, end = instant_literal(instant_text(interval.start)), instant_literal(instant_text(interval.end))
    later = f"(held_row.{END}, held_row.{START}) > ({end}, {start})"
    connection.execute(
        f"INSERT INTO {past} BY NAME SELECT staged_row.* FROM {staged} AS staged_row JOIN {held} AS held_row "
        f"ON {same} WHERE {later}"
    )
    connection.execute(
        f"INSERT INTO {past} BY NAME SELECT held_row.* FROM {held} AS held_row JOIN {staged} AS staged_row "
        f"ON {same} WHERE NOT {later} AND {differs}"
    )
    connection.execute(
        f"DELETE FROM {held} AS held_row USING {staged} AS staged_row WHERE {same} AND NOT {later} AND {differs}"
    )
    connection.execute(
        f"INSERT INTO {held} BY NAME SELECT staged_row.* FROM {staged} AS staged_row ANTI JOIN {held} AS held_row "
        f"ON {same}"
    )


def _ensure_held(connection: DuckDBPyConnection, port: OutputPort, table: str, before: Publish) -> None:
    """Have tables that can take the staged rows: made now, taken over from another mode, or widened by new columns."""
    held, past = f"held.{name(table)}", f"past.{name(table)}"
    if not _is_there(connection, "held", table):
        connection.execute(f"CREATE TABLE {held} AS FROM {STAGE}.{held} LIMIT 0")
        if _is_there(connection, "main", table):
            _take_over(connection, port, table, before)
    _widen(connection, held, port.columns)
    if port.mode is PublishMode.MERGE:
        connection.execute(f"CREATE TABLE IF NOT EXISTS {past} AS FROM {held} LIMIT 0")
        _widen(connection, past, port.columns)


def _take_over(connection: DuckDBPyConnection, port: OutputPort, table: str, before: Publish) -> None:
    """Keep the rows of a port that was published as a whole until now."""
    if port.mode is PublishMode.LEDGER:
        raise Refused(f"`{port.name}` holds rows that were never chained", hint="offer the ledger as a new major")
    connection.execute(
        f"INSERT INTO held.{name(table)} BY NAME SELECT *, {interval_columns(before.interval)} FROM main.{name(table)}"
    )
    connection.execute(f"DROP TABLE main.{name(table)}")


def _widen(connection: DuckDBPyConnection, relation: str, columns: Sequence[Column]) -> None:
    known = column_names(connection, relation)
    for column in columns:
        if column.name not in known:
            connection.execute(f"ALTER TABLE {relation} ADD COLUMN {name(column.name)} {TYPES[column.type]}")


def _drop(connection: DuckDBPyConnection, table: str) -> None:
    """Remove what the port was, in whichever mode it was published."""
    if _is_there(connection, "held", table):
        connection.execute(f"DROP VIEW main.{name(table)}")
    connection.execute(f"DROP TABLE IF EXISTS main.{name(table)}")
    connection.execute(f"DROP TABLE IF EXISTS held.{name(table)}")
    connection.execute(f"DROP TABLE IF EXISTS past.{name(table)}")


def _is_there(connection: DuckDBPyConnection, schema: str, table: str) -> bool:
    row = connection.execute("SELECT current_database()").fetchone()
    return row is not None and has_relation(connection, row[0], schema, table)


def _equal(columns: Sequence[str], left: str, right: str) -> str:
    return " AND ".join(f"{left}.{name(c)} = {right}.{name(c)}" for c in columns)


def _different(columns: Sequence[str], left: str, right: str) -> str:
    differences = (f"{left}.{name(c)} IS DISTINCT FROM {right}.{name(c)}" for c in columns)
    return f"({' OR '.join(differences) or 'false'})"
