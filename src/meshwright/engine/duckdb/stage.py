"""Stage: all output ports of a product, built privately in a file of their own."""

import time
from datetime import datetime
from functools import partial
from pathlib import Path

from duckdb import DuckDBPyConnection

from meshwright.engine.answers import ages
from meshwright.engine.duckdb.asking import newest
from meshwright.engine.duckdb.code import make_by_code
from meshwright.engine.duckdb.connection import attach, connected, explained, sandbox
from meshwright.engine.duckdb.files import put_in_place
from meshwright.engine.duckdb.inputs import expose
from meshwright.engine.duckdb.log import read_log, read_stage, write_stage
from meshwright.engine.duckdb.making import Building, build
from meshwright.engine.duckdb.masks import add_functions
from meshwright.engine.duckdb.provenance import PUBLISHED
from meshwright.engine.duckdb.quarantine import set_source_aside, start_quarantine
from meshwright.engine.duckdb.reading import reading
from meshwright.engine.duckdb.references import keep_referred
from meshwright.engine.duckdb.rotation import rotate
from meshwright.engine.duckdb.served import expose_virtual
from meshwright.engine.duckdb.session import Session
from meshwright.engine.protocol import Work
from meshwright.engine.pseudonyms import keyrings
from meshwright.engine.rotation import refuse_to_join
from meshwright.engine.staging import Stage, refuse_to_cut
from meshwright.engine.watermarks import staged_watermark
from meshwright.model.errors import NotFound
from meshwright.model.identity import PublishId
from meshwright.model.naming import stored_table
from meshwright.model.product import DataProduct
from meshwright.model.publish import Publish, Staged


def stage(session: Session, work: Work, now: datetime) -> Staged:
    """Build a product for an interval; nothing that is published changes."""
    started = time.perf_counter()
    product = work.product
    publish_id = PublishId.mint(now, work.instead_of)
    session.files.sweep(product.address, now)
    rotate(session, product, now)
    with session.files.working(product.address, publish_id) as folder:
        finished = folder / "stage.duckdb"
        with connected(finished, session.limits) as connection:
            before = _attach_published(session, connection, work)
            exposed = expose(session, connection, work, before, now, folder)
            inputs = exposed.inputs
            refuse_to_join(product, inputs.reads)
            for name, aside in exposed.aside.items():
                set_source_aside(connection, publish_id, name, aside)
            served = [(stored_table(address), t.virtual) for address, t in product.tables() if t.virtual]
            attached = set(exposed.attached)
            virtual = {name: expose_virtual(session, connection, source, attached) for name, source in served}
            make_by_code(session, connection, work, folder / "code")
            sandbox(connection, exposed.files)
            rings = keyrings(product, session.keys, made_up=inputs.made_up)
            functions = add_functions(connection, {ring.space: ring.pseudonymise for ring in rings})
            building = Building(connection, work, publish_id, exposed, virtual, functions)
            built = [build(building, table) for table in product.tables()]
            lost = tuple(answer for one in built for answer in one.answers)
            aged = ages(product, inputs.reads, inputs.stood_in, now, partial(newest, connection))
            keep_referred(connection, product)
            made = Staged(
                product=product.address,
                publish_id=publish_id,
                release=work.release,
                interval=work.interval,
                watermark=staged_watermark(work, inputs.reads, now),
                inputs=inputs.reads,
                tables=tuple(one.rows for one in built),
                staged_at=now,
                synthetic=inputs.synthetic,
                keys=() if inputs.synthetic else tuple(ring.used for ring in rings),
            )
            base = before[-1].publish_id if before else None
            seconds = time.perf_counter() - started
            write_stage(connection, Stage(made, base, seconds, work.is_bounded, answers=(*lost, *aged)), served)
            connection.execute("CHECKPOINT")
        put_in_place(finished, session.files.stage(product.address, publish_id))
    return made


def staged(session: Session, product: DataProduct, publish_id: PublishId) -> Staged:
    """Return what was staged under an id."""
    path = stage_path(session, product, publish_id)
    with explained(f"the stage of `{product.address}`"), reading(path, "stage") as connection:
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
    start_quarantine(connection)
    path = session.files.published(work.product.address)
    if not path.is_file():
        return ()
    with explained(f"what `{work.product.address}` has published"):
        attach(connection, path, PUBLISHED)
        before = read_log(connection, PUBLISHED)
    refuse_to_cut(work, before)
    return before
