"""Stage: all output ports of a product, built privately in a file of their own."""

import time
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
from meshwright.engine.duckdb.modes import make_readable
from meshwright.engine.duckdb.provenance import interval_columns, within
from meshwright.engine.duckdb.readers import blame
from meshwright.engine.duckdb.session import Session
from meshwright.engine.duckdb.types import cast_list, name_list
from meshwright.engine.protocol import Work
from meshwright.engine.watermarks import staged_watermark
from meshwright.model.errors import FinalError, NotFound, Refused
from meshwright.model.identity import PublishId
from meshwright.model.naming import port_table, sql_name
from meshwright.model.product import DataProduct, OutputPort, PublishMode
from meshwright.model.publish import PortRows, Publish, Staged
from meshwright.release.record import Query

PUBLISHED = "published"
"""The alias of the product's own published file."""


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
            virtual = {p.name: expose_virtual(session, connection, p.virtual) for p in product.outputs if p.virtual}
            sandbox(connection, exposed.files)
            ports = tuple(_build(connection, work, port, exposed, virtual) for port in product.outputs)
            made = Staged(
                product=product.address,
                publish_id=publish_id,
                release=work.release,
                interval=work.interval,
                watermark=staged_watermark(work, exposed.reads, now),
                inputs=exposed.reads,
                ports=ports,
                staged_at=now,
                synthetic=exposed.synthetic,
            )
            base = before[-1].publish_id if before else None
            served = [(port_table(product.port_address(p)), p.virtual) for p in product.outputs if p.virtual]
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
    if not any(map(_is_appended, work.product.outputs)):
        return
    asked = work.interval
    for publish in before:
        done = publish.interval
        if done.start < asked.end and asked.start < done.end and not asked.covers(done):
            raise Refused(
                f"`{work.product.address}` has appended {done} at once, and {asked} cuts through it",
                hint=f"run an interval that covers it, such as `--interval {done}`",
            )


def _is_appended(port: OutputPort) -> bool:
    """Tell whether the rows of an interval are told from others by that interval alone."""
    return port.mode is PublishMode.APPEND or (port.mode is PublishMode.LEDGER and not port.contract.key)


def _build(
    connection: DuckDBPyConnection, work: Work, port: OutputPort, exposed: Exposed, virtual: dict[str, str]
) -> PortRows:
    address = work.product.port_address(port)
    table = port_table(address)
    if port.name in virtual:
        with explained(f"the table of `{address}`"):
            return PortRows(address, _count(connection, virtual[port.name]))
    made_up = [f"`{n}`" for n in exposed.generated]
    hint = f"the rows of {', '.join(made_up)} were made up; real ones go into `fixtures/`" if made_up else ""
    with explained(f"the SQL of `{address}`", hint):
        try:
            _make(connection, work, port, table)
        except duckdb.Error:
            for local in exposed.from_files:
                blame(connection, local)
            raise
    return PortRows(address, _count(connection, f"main.{name(table)}"))


def _make(connection: DuckDBPyConnection, work: Work, port: OutputPort, table: str) -> None:
    query = work.query(work.product.port_address(port)) or _passed_on(work, port)
    parameters = {p: _parameter(work, p) for p in query.parameters}
    columns = port.made_columns
    made = f"SELECT {cast_list(columns)} FROM ({one_select(connection, query.sql)}\n) AS made"
    match port.mode:
        case PublishMode.REPLACE:
            connection.execute(f"CREATE TABLE main.{name(table)} AS {made}", parameters)
            return
        case PublishMode.APPEND | PublishMode.MERGE:
            held = f"SELECT *, {interval_columns(work.interval)} FROM ({made})"
            connection.execute(f"CREATE TABLE held.{name(table)} AS {held}", parameters)
        case PublishMode.LEDGER:
            connection.execute(f"CREATE TEMP TABLE entries AS {made}", parameters)
            _chain(connection, work, port, table)
    if port.mode is PublishMode.MERGE:
        connection.execute(f"CREATE TABLE past.{name(table)} AS FROM held.{name(table)} LIMIT 0")
    make_readable(connection, table, port.columns)


def _chain(connection: DuckDBPyConnection, work: Work, port: OutputPort, table: str) -> None:
    """Put what the ledger does not hold yet behind its last entry, in the order of the key."""
    columns = port.made_columns
    names = name_list(columns)
    head, new = (0, ledger.GENESIS), f"SELECT {names} FROM entries"
    if has_relation(connection, PUBLISHED, "held", table):
        published = f"{PUBLISHED}.held.{name(table)}"
        last = connection.execute(f"SELECT sequence, entry_hash FROM {published} ORDER BY sequence DESC LIMIT 1")
        head = last.fetchone() or head
        known = "true" if port.contract.key else within(work.interval)
        there = column_names(connection, published)
        held = ", ".join(name(c.name) if c.name in there else "NULL" for c in columns)
        new += f" EXCEPT ALL SELECT {held} FROM {published} WHERE {known}"
    order = ", ".join(name(k) for k in port.contract.key) or names
    connection.execute(
        f"CREATE TEMP TABLE unchained AS SELECT *, {head[0]} + row_number() OVER (ORDER BY {order}) AS sequence "
        f"FROM ({new})"
    )
    chained = ledger.chained(connection, "unchained", columns, head)
    connection.execute(
        f"CREATE TABLE held.{name(table)} AS SELECT {ledger.entry_list(columns)}, "
        f"{interval_columns(work.interval)} FROM ({chained})"
    )
    connection.execute("DROP TABLE entries")
    connection.execute("DROP TABLE unchained")


def _passed_on(work: Work, port: OutputPort) -> Query:
    """Return the query of a port that has no SQL: its one input, or the one of its name, as it is."""
    inputs = work.product.inputs
    found = inputs[0] if len(inputs) == 1 else work.product.input(port.name)
    address = work.product.port_address(port)
    if found is None:
        raise FinalError(
            f"`{address}` has no SQL, and the product has {len(inputs)} inputs",
            hint=f"write `{port.name}.sql`, or name the input `{port.name}`",
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
