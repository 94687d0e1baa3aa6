"""Stage: all output ports of a product, built privately in tables that expire."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from meshwright.engine.answers import Answer, ages
from meshwright.engine.bigquery.asking import newest
from meshwright.engine.bigquery.begun import Begun, going_on, read_begun, staged_before, write_begun
from meshwright.engine.bigquery.code import made_by_code
from meshwright.engine.bigquery.connection import explained
from meshwright.engine.bigquery.inputs import expose, heads_of
from meshwright.engine.bigquery.keysets import keysets_of, used_of
from meshwright.engine.bigquery.loads import finish_loads
from meshwright.engine.bigquery.log import read_log, read_stage, write_stage
from meshwright.engine.bigquery.making import Building, Built, build
from meshwright.engine.bigquery.once import Step
from meshwright.engine.bigquery.references import keep_referred
from meshwright.engine.bigquery.rotation import rotate
from meshwright.engine.bigquery.served import served_of
from meshwright.engine.bigquery.session import Session
from meshwright.engine.protocol import Work
from meshwright.engine.rotation import refuse_to_join
from meshwright.engine.staging import Stage, refuse_to_cut
from meshwright.engine.watermarks import staged_watermark
from meshwright.model.address import ProductAddress, TableAddress
from meshwright.model.errors import Busy
from meshwright.model.identity import PublishId
from meshwright.model.naming import stage_table, stored_table
from meshwright.model.product import DataProduct
from meshwright.model.publish import Publish, Staged, TableRows

_LIFE = timedelta(days=7)
_TRIES = 3


def stage(session: Session, work: Work, now: datetime) -> Staged:
    """Build a product for an interval; nothing that is published changes."""
    started, already = time.perf_counter(), session.warehouse.meter.spent
    product = work.product.address
    with explained(f"staging `{product}`"):
        before = rotate(session, work.product, read_log(session, product))
        if not before:
            session.warehouse.make_dataset(session.stage_dataset(product), life=_LIFE.total_seconds())
        if (done := staged_before(session, work, before)) is not None:
            return done
        begun = read_begun(session, work, before)
        work = going_on(work, begun)
        refuse_to_cut(work, before)
        building, built, aged = _built(session, work, begun, before, now)
        inputs = building.exposed.inputs
        made = Staged(
            product=product,
            publish_id=building.publish_id,
            release=work.release,
            interval=work.interval,
            watermark=staged_watermark(work, inputs.reads, now),
            inputs=inputs.reads,
            tables=_counted(building, [one.aside for one in built]),
            staged_at=now,
            synthetic=inputs.synthetic,
            keys=() if inputs.synthetic else used_of(building.keysets),
        )
        base = before[-1].publish_id if before else None
        seconds = time.perf_counter() - started + session.warehouse.meter.away
        spent = session.warehouse.meter.spent - already
        answers = (*(answer for one in built for answer in one.answers), *aged)
        write_stage(session, Stage(made, base, seconds, work.is_bounded, spent, answers))
    return made


def staged(session: Session, product: DataProduct, publish_id: PublishId) -> Staged:
    """Return what was staged under an id."""
    return read_stage(session, product.address, publish_id).staged


def discard(session: Session, product: ProductAddress, publish_id: PublishId) -> None:
    """Forget a stage, with all that was loaded for it."""
    dataset = session.stage_dataset(product)
    with explained(f"the stage of `{product}`"):
        parts = session.warehouse.tables(dataset, stage_table(publish_id, ""))
        for part in parts:
            session.warehouse.drop(dataset, part)


def _built(
    session: Session, work: Work, begun: Begun | None, before: tuple[Publish, ...], now: datetime
) -> tuple[Building, list[Built], tuple[Answer, ...]]:
    """Build all tables, of inputs that nobody has published while they were read; tell how old those are."""
    product = work.product
    for _ in range(_TRIES):
        begun = begun or _begin(session, work, before, now)
        publish_id, heads, exposed = begun.publish_id, begun.heads, begun.exposed
        inputs = exposed.inputs
        refuse_to_join(product, inputs.reads)
        finish_loads(session.warehouse, Step(product.address, publish_id, "load"), exposed.loads)
        by_code = made_by_code(session, work, publish_id, exposed)
        keysets = keysets_of(product, session.keys, made_up=inputs.made_up)
        exposed = replace(exposed, relations=exposed.relations | by_code)
        building = Building(session, work, publish_id, exposed, keysets, served_of(session, product))
        built = [build(building, address, table) for address, table in product.tables()]
        aged = ages(product, inputs.reads, inputs.stood_in, now, partial(newest, session, exposed.relations))
        keep_referred(session, product, publish_id, building.exposed.relations.items())
        if not heads or heads_of(session, work) == heads:
            return building, built, aged
        discard(session, product.address, publish_id)
        begun = None
    raise Busy(f"the inputs of `{product.address}` are published faster than they can be read")


def _begin(session: Session, work: Work, before: tuple[Publish, ...], now: datetime) -> Begun:
    """Have the inputs where SQL can read them, under a new id."""
    publish_id, heads = PublishId.mint(now, work.instead_of), heads_of(session, work)
    exposed = expose(session, work, publish_id, before, now, heads)
    begun = Begun(publish_id, work.interval, heads, exposed)
    write_begun(session, work, begun, before)
    return begun


def _counted(building: Building, aside: Sequence[int]) -> tuple[TableRows, ...]:
    addresses = (address for address, _ in building.work.product.tables())
    return tuple(TableRows(a, _rows(building, a), apart) for a, apart in zip(addresses, aside, strict=True))


def _rows(building: Building, address: TableAddress) -> int:
    """Return how many rows a table has: of one that was just made BigQuery knows it."""
    warehouse, product = building.session.warehouse, building.work.product.address
    if address in building.served:
        ((rows,),) = warehouse.run(f"SELECT COUNT(*) FROM {building.place(address)}")
        return int(rows)
    part = stage_table(building.publish_id, stored_table(address))
    made = warehouse.table(building.session.stage_dataset(product), part)
    return 0 if made is None else int(made.num_rows or 0)
