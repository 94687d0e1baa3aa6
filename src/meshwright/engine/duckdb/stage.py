"""Stage: all output ports of a product, built privately in a file of their own."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from meshwright.engine.duckdb import ledger
from meshwright.engine.duckdb.connection import (
    attach,
    column_names,
    connected,
    explained,
    has_relation,
    name,
    one_select,
    sandbox,
)
from meshwright.engine.duckdb.files import put_in_place
from meshwright.engine.duckdb.inputs import Exposed, expose, expose_virtual
from meshwright.engine.duckdb.log import Stage, read_log, read_stage, write_stage
from meshwright.engine.duckdb.masks import add_functions, made_list
from meshwright.engine.duckdb.modes import make_readable
from meshwright.engine.duckdb.provenance import COPY, copies, interval_columns, within
from meshwright.engine.duckdb.readers import blame
from meshwright.engine.duckdb.session import Session
from meshwright.engine.duckdb.types import name_list
from meshwright.engine.duckdb.versions import VERSIONED
from meshwright.engine.protocol import Work
from meshwright.engine.pseudonyms import pseudonyms
from meshwright.engine.watermarks import staged_watermark
from meshwright.model.address import TableAddress
from meshwright.model.errors import FinalError, NotFound, Refused
from meshwright.model.identity import PublishId
from meshwright.model.naming import sql_name, stored_table
from meshwright.model.product import DataProduct, OutputTable, PublishMode
from meshwright.model.publish import Publish, Staged, TableRows
from meshwright.release.record import Query

PUBLISHED = "published"
"""The alias of the product's own published file."""

Made = tuple[TableAddress, OutputTable]
"""A table that a product makes, and where consumers find it."""


def stage(session: Session, work: Work, now: datetime) -> Staged:
    """Build a product for an interval; nothing that is published changes."""
    started = time.perf_counter()
    product = work.product
    publish_id = PublishId.mint(now)
    session.files.sweep(product.address, now)
    with session.files.working(product.address, publish_id) as folder:
        finished = folder / "stage.duckdb"
        with connected(finished, session.limits) as connection:
            before = _attach_published(session, connection, work)
            exposed = expose(session, connection, work, now)
            served = [(stored_table(address), t.virtual) for address, t in product.tables() if t.virtual]
            attached = set(exposed.attached)
            virtual = {name: expose_virtual(session, connection, source, attached) for name, source in served}
            sandbox(connection, exposed.files)
            functions = add_functions(connection, pseudonyms(product, session.keys, made_up=exposed.made_up))
            building = _Building(connection, work, exposed, virtual, functions)
            tables = tuple(_build(building, table) for table in product.tables())
            made = Staged(
                product=product.address,
                publish_id=publish_id,
                release=work.release,
                interval=work.interval,
                watermark=staged_watermark(work, exposed.reads, now),
                inputs=exposed.reads,
                tables=tables,
                staged_at=now,
                synthetic=exposed.synthetic,
            )
            base = before[-1].publish_id if before else None
            write_stage(connection, Stage(made, base, time.perf_counter() - started, work.is_bounded), served)
            connection.execute("CHECKPOINT")
        put_in_place(finished, session.files.stage(product.address, publish_id))
    return made


def staged(session: Session, product: DataProduct, publish_id: PublishId) -> Staged:
    """Return what was staged under an id."""
    with explained(f"the stage of `{product.address}`"), connected(None, session.limits) as connection:
        attach(connection, stage_path(session, product, publish_id), "stage")
        return read_stage(connection, "stage").staged


def stage_path(session: Session, product: DataProduct, publish_id: PublishId) -> Path:
    """Return the file of a finished stage. Raises `NotFound`."""
    path = session.files.stage(product.address, publish_id)
    if not path.is_file():
        raise NotFound(f"`{product.address}` has no stage {publish_id}", hint="run the product again")
    return path


def _attach_published(session: Session, connection: DuckDBPyConnection, work: Work) -> tuple[Publish, ...]:
    """Attach what the product has published; return its log."""
    for schema in ("mesh", "held", "past"):
        connection.execute(f"CREATE SCHEMA {schema}")
    path = session.files.published(work.product.address)
    if not path.is_file():
        return ()
    with explained(f"what `{work.product.address}` has published"):
        attach(connection, path, PUBLISHED)
        before = read_log(connection, PUBLISHED)
    _refuse_to_cut(work, before)
    return before


def _refuse_to_cut(work: Work, before: tuple[Publish, ...]) -> None:
    """Refuse an interval of which a part, and more than it, was published at once: its rows cannot be told apart."""
    if not any(_is_appended(table) for _, table in work.product.tables()):
        return
    asked = work.interval
    for publish in before:
        done = publish.interval
        if done.start < asked.end and asked.start < done.end and not asked.covers(done):
            raise Refused(
                f"`{work.product.address}` has appended {done} at once, and {asked} cuts through it",
                hint=f"run an interval that covers it, such as `--interval {done}`",
            )


def _is_appended(table: OutputTable) -> bool:
    """Tell whether the rows of an interval are told from others by that interval alone."""
    return table.mode is PublishMode.APPEND or (table.mode is PublishMode.LEDGER and not table.contract.key)


@dataclass(frozen=True, slots=True)
class _Building:
    """What tables are made of: the inputs, what another store serves (by stored name), what makes pseudonyms."""

    connection: DuckDBPyConnection
    work: Work
    exposed: Exposed
    virtual: Mapping[str, str]
    functions: Mapping[str, str]


def _build(building: _Building, made: Made) -> TableRows:
    connection, exposed = building.connection, building.exposed
    address, _ = made
    stored = stored_table(address)
    if stored in building.virtual:
        with explained(f"the table of `{address}`"):
            return TableRows(address, _count(connection, building.virtual[stored]))
    made_up = [f"`{n}`" for n in exposed.generated]
    hint = f"the rows of {', '.join(made_up)} were made up; real ones go into `fixtures/`" if made_up else ""
    with explained(f"the SQL of `{address}`", hint):
        try:
            _make(building, made)
        except duckdb.Error:
            for local in exposed.from_files:
                blame(connection, local)
            raise
    return TableRows(address, _count(connection, f"main.{name(stored)}"))


def _make(building: _Building, made: Made) -> None:
    connection, work = building.connection, building.work
    address, table = made
    stored = stored_table(address)
    query = work.query(address) or _passed_on(work, address)
    parameters = {p: _parameter(work, p) for p in query.parameters}
    columns = made_list(table.made_columns, building.functions)
    select = f"SELECT {columns} FROM ({one_select(connection, query.sql)}\n) AS made"
    match table.mode:
        case PublishMode.REPLACE:
            connection.execute(f"CREATE TABLE main.{name(stored)} AS {select}", parameters)
            return
        case PublishMode.APPEND | PublishMode.MERGE | PublishMode.PARTITION:
            copy = f", {copies(table.made_columns)} AS {COPY}" if table.mode is PublishMode.PARTITION else ""
            held = f"SELECT *, {interval_columns(work.interval)}{copy} FROM ({select})"
            connection.execute(f"CREATE TABLE held.{name(stored)} AS {held}", parameters)
        case PublishMode.LEDGER:
            connection.execute(f"CREATE TEMP TABLE entries AS {select}", parameters)
            _chain(connection, work, table, stored)
    if table.mode in VERSIONED:
        connection.execute(f"CREATE TABLE past.{name(stored)} AS FROM held.{name(stored)} LIMIT 0")
    make_readable(connection, stored, table.columns)


def _chain(connection: DuckDBPyConnection, work: Work, table: OutputTable, stored: str) -> None:
    """Put what the ledger does not hold yet behind its last entry, in the order of the key."""
    columns = table.made_columns
    names = name_list(columns)
    head, new = (0, ledger.GENESIS), f"SELECT {names} FROM entries"
    if has_relation(connection, PUBLISHED, "held", stored):
        published = f"{PUBLISHED}.held.{name(stored)}"
        last = connection.execute(f"SELECT sequence, entry_hash FROM {published} ORDER BY sequence DESC LIMIT 1")
        head = last.fetchone() or head
        known = "true" if table.contract.key else within(work.interval)
        there = column_names(connection, published)
        held = ", ".join(name(c.name) if c.name in there else "NULL" for c in columns)
        new += f" EXCEPT ALL SELECT {held} FROM {published} WHERE {known}"
    order = ", ".join(name(k) for k in table.contract.key) or names
    connection.execute(
        f"CREATE TEMP TABLE unchained AS SELECT *, {head[0]} + row_number() OVER (ORDER BY {order}) AS sequence "
        f"FROM ({new})"
    )
    chained = ledger.chained(connection, "unchained", columns, head)
    connection.execute(
        f"CREATE TABLE held.{name(stored)} AS SELECT {ledger.entry_list(columns)}, "
        f"{interval_columns(work.interval)} FROM ({chained})"
    )
    connection.execute("DROP TABLE entries")
    connection.execute("DROP TABLE unchained")


def _passed_on(work: Work, address: TableAddress) -> Query:
    """Return the query of a table that has no SQL: the one input, or the one of its port's name, as it is."""
    inputs = work.product.inputs
    found = inputs[0] if len(inputs) == 1 else work.product.input(address.port.name)
    if found is None:
        raise FinalError(
            f"`{address}` has no SQL, and the product has {len(inputs)} inputs",
            hint=f"write `{address.port.name}.sql`, or name the input `{address.port.name}`",
        )
    return Query(address, "duckdb", f"SELECT * FROM {name(sql_name(found.name))}")


def _parameter(work: Work, parameter: str) -> datetime:
    match parameter:
        case "interval_start":
            return work.interval.start
        case "interval_end":
            return work.interval.end
        case _:
            raise FinalError(
                f"`{work.product.address}` asks for the parameter `{parameter}`, which no run has",
                hint="there are interval_start and interval_end",
            )


def _count(connection: DuckDBPyConnection, relation: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {relation}").fetchone()
    return 0 if row is None else int(row[0])
