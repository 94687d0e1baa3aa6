"""Log: what a product has published, kept in its own file and written in the transaction that publishes.

Beside the log, in schema `mesh`: which tables another store serves (`virtual_tables`, by the name of a connection,
never its URL), and how the file was staged (`stage`).
"""

import json
from collections.abc import Sequence
from datetime import datetime

from duckdb import DuckDBPyConnection

from meshwright.engine.duckdb.connection import name
from meshwright.engine.staging import Stage, overtaken
from meshwright.model import codec
from meshwright.model.identity import PublishId
from meshwright.model.product import VirtualSource
from meshwright.model.publish import Publish

_LOG = (
    "number BIGINT, publish_id VARCHAR, interval_start TIMESTAMPTZ, interval_end TIMESTAMPTZ, watermark TIMESTAMPTZ, "
    "published_at TIMESTAMPTZ, entry VARCHAR"
)


def write_stage(connection: DuckDBPyConnection, stage: Stage, virtual: Sequence[tuple[str, VirtualSource]]) -> None:
    """Write down how this file was staged."""
    connection.execute("CREATE TABLE mesh.stage (entry VARCHAR)")
    connection.execute("INSERT INTO mesh.stage VALUES ($1)", [json.dumps(codec.dump(stage))])
    connection.execute("CREATE TABLE mesh.virtual_tables (stored VARCHAR, connection VARCHAR, source_table VARCHAR)")
    for stored, source in virtual:
        row = [stored, source.connection, source.table]
        connection.execute("INSERT INTO mesh.virtual_tables VALUES ($1, $2, $3)", row)


def update_stage(connection: DuckDBPyConnection, stage: Stage) -> None:
    """Write down what else the stage has taken."""
    connection.execute("UPDATE mesh.stage SET entry = $1", [json.dumps(codec.dump(stage))])


def read_stage(connection: DuckDBPyConnection, database: str) -> Stage:
    """Return how a file was staged."""
    row = connection.execute(f"SELECT entry FROM {name(database)}.mesh.stage").fetchone()
    assert row is not None, "a stage is renamed into place only when it is complete"  # noqa: S101
    return codec.load(Stage, json.loads(row[0]))


def virtual_source(connection: DuckDBPyConnection, database: str, stored: str) -> VirtualSource | None:
    """Return where a table is served in place, or None where the file holds it."""
    query = f"SELECT connection, source_table FROM {name(database)}.mesh.virtual_tables WHERE stored = $1"
    row = connection.execute(query, [stored]).fetchone()
    return None if row is None else VirtualSource(*row)


def read_log(connection: DuckDBPyConnection, database: str, since: datetime | None = None) -> tuple[Publish, ...]:
    """Return all publishes, oldest first; with `since`, those after it and the last."""
    log = f"{name(database)}.mesh.publish_log"
    wanted = f"$1 IS NULL OR published_at > $1 OR number = (SELECT max(number) FROM {log})"
    found = connection.execute(f"SELECT entry FROM {log} WHERE {wanted} ORDER BY number", [since])
    return tuple(codec.load(Publish, json.loads(row[0])) for row in found.fetchall())


def last_publish(connection: DuckDBPyConnection, database: str) -> Publish | None:
    """Return the newest publish."""
    query = f"SELECT entry FROM {name(database)}.mesh.publish_log ORDER BY number DESC LIMIT 1"
    row = connection.execute(query).fetchone()
    return None if row is None else codec.load(Publish, json.loads(row[0]))


def start_log(connection: DuckDBPyConnection, copied_from: str | None) -> None:
    """Make the log of the connection's own file: empty, or a copy of another file's."""
    connection.execute(f"CREATE OR REPLACE TABLE mesh.publish_log ({_LOG})")
    if copied_from is not None:
        connection.execute(f"INSERT INTO mesh.publish_log FROM {name(copied_from)}.mesh.publish_log")


def append_to_log(connection: DuckDBPyConnection, publish: Publish, base: PublishId | None) -> None:
    """Log a publish, if the newest one is still `base`. Raises `Busy` when another came in between."""
    values = [
        str(publish.publish_id),
        publish.interval.start,
        publish.interval.end,
        publish.watermark,
        publish.published_at,
        json.dumps(codec.dump(publish), ensure_ascii=False),
        None if base is None else str(base),
    ]
    written = connection.execute(
        "INSERT INTO mesh.publish_log SELECT coalesce(max(number), 0) + 1, $1, $2, $3, $4, $5, $6 "
        "FROM mesh.publish_log HAVING max_by(publish_id, number) IS NOT DISTINCT FROM $7",
        values,
    ).fetchone()
    if written is None or written[0] != 1:
        raise overtaken(publish)
