"""Publish: what was staged becomes what consumers read, in one rename.

Where every table is replaced, or nothing was published before, the staged file itself takes the place: nothing is
written twice. Else a copy of the published file takes the staged rows in. Either way the log entry is written in the
same transaction, and a process may die at any point: the old file stays whole, the stage stays, a retry finishes.
"""

import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from duckdb import DuckDBPyConnection

from meshwright.engine.duckdb.connection import attach, connected, explained, name
from meshwright.engine.duckdb.files import copy_file
from meshwright.engine.duckdb.log import append_to_log, read_log, read_stage, start_log, virtual_source
from meshwright.engine.duckdb.modes import join
from meshwright.engine.duckdb.provenance import PUBLISHED, STAGE
from meshwright.engine.duckdb.quarantine import keep_quarantine, read_quarantine
from meshwright.engine.duckdb.reading import reading
from meshwright.engine.duckdb.references import drop_referred
from meshwright.engine.duckdb.retention import forget
from meshwright.engine.duckdb.session import Session
from meshwright.engine.duckdb.stage import stage_path
from meshwright.engine.duckdb.versions import partitions_in
from meshwright.engine.protocol import Recent
from meshwright.engine.staging import Stage, log_entry, naming, reached
from meshwright.model.address import ProductAddress
from meshwright.model.errors import MeshError
from meshwright.model.identity import PublishId
from meshwright.model.naming import stored_table
from meshwright.model.product import DataProduct, PublishMode
from meshwright.model.publish import Publish, Quarantined, TableRows

Log = tuple[Publish, ...]
"""What a product has published, oldest first."""


def publish(session: Session, product: DataProduct, publish_id: PublishId, now: datetime) -> Publish:
    """Make a stage visible, unless its id is in the log already; then the log's entry is returned."""
    started = time.perf_counter()
    files = session.files
    with files.publishing(product.address):
        files.sweep(product.address, now)
        before = publishes(session, product.address)
        done = next((p for p in before if p.publish_id == publish_id), None)
        if done is not None:
            files.discard(product.address, publish_id)
            return done
        staged = stage_path(session, product, publish_id)
        with explained(f"publishing `{product.address}`"):
            whole = not before or all(t.mode is PublishMode.REPLACE for _, t in product.tables())
            if whole:
                return _take(session, product, staged, before, now, started)
            return _take_in(session, product, staged, before, now, started)


def publishes(session: Session, product: ProductAddress) -> Log:
    """Return a product's publish log, oldest first."""
    path = session.files.published(product)
    if not path.is_file():
        return ()
    with explained(f"the log of `{product}`"), reading(path, PUBLISHED) as connection:
        return read_log(connection, PUBLISHED)


def quarantine(session: Session, product: ProductAddress, most: int) -> tuple[Quarantined, ...]:
    """Return the rows of a product that were set aside last, the newest first."""
    path = session.files.published(product)
    if not path.is_file():
        return ()
    with explained(f"the quarantine of `{product}`"), reading(path, PUBLISHED) as connection:
        return read_quarantine(connection, PUBLISHED, most)


def recent(session: Session, products: Iterable[ProductAddress], since: datetime) -> tuple[Recent, ...]:
    """Return what products have published after `since`, and last."""
    published = ((product, session.files.published(product)) for product in products)
    return tuple(_recent(product, path, since) for product, path in published if path.is_file())


def ids(log: Log) -> tuple[PublishId, ...]:
    """Return the ids of publishes, oldest first."""
    return tuple(publish.publish_id for publish in log)


def _recent(product: ProductAddress, path: Path, since: datetime) -> Recent:
    try:
        with explained(f"the log of `{product}`"), reading(path, PUBLISHED) as connection:
            return Recent(product, read_log(connection, PUBLISHED, since))
    except MeshError as error:
        return Recent(product, error=error)


def _take(session: Session, product: DataProduct, staged: Path, before: Log, now: datetime, started: float) -> Publish:
    """Let the staged file be the published one."""
    place = session.files.published(product.address)
    with connected(staged, session.limits) as connection:
        stage = read_stage(connection, staged.stem)
        if place.is_file():
            attach(connection, place, PUBLISHED)
        connection.execute("BEGIN")
        drop_referred(connection)
        start_log(connection, PUBLISHED if place.is_file() else None)
        if place.is_file():
            keep_quarantine(connection, PUBLISHED)
        written = {
            address: partitions_in(connection, table, f"held.{name(stored_table(address))}")
            for address, table in product.tables()
            if table.partition is not None
        }
        stage = naming(stage, written)
        forget(connection, product, before, reached(product, stage, before))
        publish = _log(connection, product, stage, before, now, started)
        connection.execute("COMMIT")
        connection.execute("CHECKPOINT")
    session.files.succeed(product.address, staged, ids(before))
    return publish


def _take_in(
    session: Session, product: DataProduct, staged: Path, before: Log, now: datetime, started: float
) -> Publish:
    """Let a copy of the published file take the staged rows in, and be the published one."""
    place = session.files.published(product.address)
    with session.files.working(product.address, PublishId(staged.stem.removeprefix("stage-"))) as folder:
        copy = folder / place.name
        copy_file(place, copy)
        with connected(copy, session.limits) as connection:
            attach(connection, staged, STAGE)
            stage = read_stage(connection, STAGE)
            connection.execute("BEGIN")
            interval = stage.staged.interval
            written = {
                address: join(connection, table, stored_table(address), interval, before[-1])
                for address, table in product.tables()
                if table.virtual is None
            }
            stage = naming(stage, written)
            keep_quarantine(connection, STAGE)
            forget(connection, product, before, reached(product, stage, before))
            connection.execute(f"CREATE OR REPLACE TABLE mesh.virtual_tables AS FROM {STAGE}.mesh.virtual_tables")
            publish = _log(connection, product, stage, before, now, started)
            connection.execute("COMMIT")
            connection.execute("CHECKPOINT")
        session.files.succeed(product.address, copy, ids(before))
    session.files.discard(product.address, stage.staged.publish_id)
    return publish


def _log(
    connection: DuckDBPyConnection, product: DataProduct, stage: Stage, before: Log, now: datetime, started: float
) -> Publish:
    """Write the log entry of a publish into the connection's own file."""
    row = connection.execute("SELECT current_database()").fetchone()
    assert row is not None, "a connection has a database"  # noqa: S101
    tables = tuple(rows_now(connection, row[0], counted) for counted in stage.staged.tables)
    publish = log_entry(product, stage, before, tables, now, time.perf_counter() - started)
    append_to_log(connection, publish, stage.base)
    return publish


def rows_now(connection: DuckDBPyConnection, database: str, staged: TableRows) -> TableRows:
    """Count what a table holds now, and was set aside. What another store serves is counted as it was staged."""
    table = stored_table(staged.table)
    if virtual_source(connection, database, table) is not None:
        return staged
    row = connection.execute(f"SELECT count(*) FROM main.{name(table)}").fetchone()
    return replace(staged, rows=0 if row is None else row[0])
