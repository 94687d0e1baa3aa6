"""Publish: what was staged becomes what consumers read, all tables of the product in one transaction with the log.

What the transaction needs is prepared before: tables and new columns, the fold of versions, the log's entry. It first
changes the product's head, so that BigQuery cancels one of two that run at once, and does nothing where the head is no
longer what the stage was made upon. Whether it did is read from the log. Views are made afterwards, and by a retry.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from google.api_core.exceptions import NotFound as TableGone
from google.cloud import bigquery

from meshwright.engine.bigquery.connection import explained
from meshwright.engine.bigquery.log import make_log, read_log, read_stage
from meshwright.engine.bigquery.modes import Joining, joined, offered, rows_after, worked_out
from meshwright.engine.bigquery.once import Step, run_once
from meshwright.engine.bigquery.quarantine import kept, kept_of_source, quarantine_definition
from meshwright.engine.bigquery.retention import forgotten, forgotten_of_inputs, too_old
from meshwright.engine.bigquery.served import quoted, served_of
from meshwright.engine.bigquery.session import HEAD, LOG, Session
from meshwright.engine.bigquery.stage import discard
from meshwright.engine.bigquery.tables import describe, expand, kind_of
from meshwright.engine.bigquery.types import TYPES
from meshwright.engine.bigquery.versions import touched_values
from meshwright.engine.partitions import partitions_of
from meshwright.engine.staging import Stage, log_entry, overtaken, reached
from meshwright.model import codec
from meshwright.model.address import ProductAddress
from meshwright.model.errors import NotFound
from meshwright.model.identity import PublishId
from meshwright.model.naming import PUBLISH, stored_table
from meshwright.model.product import DataProduct
from meshwright.model.publish import Partitions, Publish, Spent, Staged, TableRows
from meshwright.model.time import Interval


def publish(session: Session, product: DataProduct, publish_id: PublishId, now: datetime) -> Publish:
    """Make a stage visible, unless its id is in the log already; then the log's entry is returned."""
    address = product.address
    before = read_log(session, address)
    done = _entry(before, publish_id)
    with explained(f"publishing `{address}`"):
        if done is None:
            try:
                done = _put_in(session, product, publish_id, before, now)
            except (NotFound, TableGone):
                done = _entry(read_log(session, address), publish_id)
                if done is None:  # else a retry has published it meanwhile, and left nothing of the stage
                    raise
        for joining in _joinings(session, product, publish_id, done.interval):
            _offer(joining)
    discard(session, address, publish_id)
    return done


def _entry(log: Sequence[Publish], publish_id: PublishId) -> Publish | None:
    return next((publish for publish in log if publish.publish_id == publish_id), None)


def _put_in(
    session: Session, product: DataProduct, publish_id: PublishId, before: tuple[Publish, ...], now: datetime
) -> Publish:
    """Prepare what the transaction needs, and run it; return the entry of the log that came with it."""
    started, already = time.perf_counter(), session.warehouse.meter.spent
    stage = read_stage(session, product.address, publish_id)
    watermark = reached(product, stage, before)
    joinings = _joinings(session, product, publish_id, stage.staged.interval)
    stored = [replace(one, too_old=too_old(one.table, watermark)) for one in joinings if one.served is None]
    if not before:
        _make_datasets(session, product.address)
    room = [expand(joining) for joining in stored]
    stored = [replace(joining, gone=one.gone) for joining, one in zip(stored, room, strict=True)]
    tables = _prepare(session, stored, stage.staged, is_first=not before)
    size = Spent(stored=sum(one.stored for one in room))
    prepared = (stage.spent or Spent()) + session.warehouse.meter.spent - already + size
    seconds = time.perf_counter() - started + session.warehouse.meter.away
    done = log_entry(product, replace(stage, spent=prepared), before, tables, now, seconds)
    forgetting = [statement for joining in stored for statement in forgotten(joining, before, watermark)]
    forgetting += forgotten_of_inputs(session, product, before, watermark)
    _transact(session, stored, stage, done, forgetting)
    return replace(done, spent=(stage.spent or Spent()) + session.warehouse.meter.spent - already + size)


def _joinings(session: Session, product: DataProduct, publish_id: PublishId, interval: Interval) -> tuple[Joining, ...]:
    served = {address: quoted(table) for address, table in served_of(session, product).items()}
    return tuple(
        Joining(session, address, table, publish_id, interval, served=served.get(address))
        for address, table in product.tables()
    )


def _make_datasets(session: Session, product: ProductAddress) -> None:
    session.warehouse.make_dataset(session.store_dataset(product))
    session.warehouse.make_dataset(session.dataset(product))


def _offer(joining: Joining) -> None:
    """Have consumers find the table as its contract says, unless they do."""
    session = joining.session
    place = session.dataset(joining.address.port.product), stored_table(joining.address)
    known = session.warehouse.table(*place)
    if known is None or not _shows(known, joining):
        session.warehouse.run(f"CREATE OR REPLACE VIEW {session.offered(joining.address)} AS {offered(joining)}")
        known = session.warehouse.table(*place)
    if known is not None:
        describe(joining, known)


def _shows(view: bigquery.Table, joining: Joining) -> bool:
    """Tell whether a view shows what it should: the contract's columns; what is served, from where it is served now."""
    if joining.served is not None:
        return bool(view.view_query == offered(joining))
    found = [(field.name, kind_of(field)) for field in view.schema]
    return found == [(column.name, TYPES[column.type].partition("(")[0]) for column in joining.table.columns]


def _prepare(session: Session, joinings: Sequence[Joining], staged: Staged, *, is_first: bool) -> tuple[TableRows, ...]:
    """Make ready what the transaction needs; return how many rows each table will hold."""
    product, warehouse = staged.product, session.warehouse
    if is_first:
        make_log(session, product)
    sets_aside = any(t.quarantined for t in staged.tables) or any(i.quarantined for i in staged.inputs)
    if sets_aside:
        warehouse.run(quarantine_definition(session, product))
    for joining in joinings:
        step = Step(product, joining.publish_id, "fold", joining.address)
        for statement in worked_out(joining):
            run_once(warehouse, step, statement)
    return _counted(session, joinings, staged.tables)


def _counted(session: Session, joinings: Sequence[Joining], staged: Sequence[TableRows]) -> tuple[TableRows, ...]:
    """Say how many rows consumers will read of each table; what is served in place was counted when it was staged."""
    known = {counted.table: counted.rows for counted in staged}
    asked = [joining for joining in joinings if not joining.is_staged_alone]
    if asked:
        expressions = (rows_after(joining, known[joining.address]) for joining in asked)
        (counts,) = session.warehouse.run(f"SELECT {', '.join(expressions)}")
        known |= dict(zip((joining.address for joining in asked), counts, strict=True))
    written = {joining.address: _partitions(joining) for joining in joinings}
    return tuple(replace(c, rows=known[c.table], partitions=written.get(c.table)) for c in staged)


def _partitions(joining: Joining) -> Partitions | None:
    """Return the partitions that were worked out to be written; None where they have no names."""
    made = joining.table.partition
    if made is None:
        return None
    found = joining.session.warehouse.run(touched_values(made, joining.part("__touched")))
    return partitions_of([value for value, _ in found], found[0][1] if found else 0)


def _transact(
    session: Session, joinings: Sequence[Joining], stage: Stage, entry: Publish, forgetting: Sequence[str]
) -> None:
    """Put everything in at once, with the log's entry, if the head is still what the stage was made upon."""
    _write_entry(session, stage, entry)
    product, publish_id = entry.product, entry.publish_id
    prepared_entry = session.staged(product, publish_id, "_entry")
    log, head = session.store(product, LOG), session.store(product, HEAD)
    own = f"publish_id = (SELECT publish_id FROM {prepared_entry})"
    newest = f"number = number + 1, {own}, entry = (SELECT entry FROM {prepared_entry})"
    columns = "publish_id, interval_start, interval_end, watermark, published_at, entry"
    apart = [counted.table for counted in stage.staged.tables if counted.quarantined]
    unread = [read.input for read in stage.staged.inputs if read.quarantined]
    changes = [
        *(statement for joining in joinings for statement in joined(joining)),
        *(statement for table in apart for statement in kept(session, publish_id, table)),
        *(kept_of_source(session, publish_id, product, name) for name in unread),
        *forgetting,
        f"INSERT INTO {log} (number, {columns}) SELECT (SELECT number FROM {head}), {columns} FROM {prepared_entry}",
    ]
    script = f"""
        BEGIN TRANSACTION;
        UPDATE {head} SET {newest}
            WHERE publish_id IS NOT DISTINCT FROM (SELECT base FROM {prepared_entry});
        IF EXISTS (SELECT 1 FROM {head} WHERE {own}) AND NOT EXISTS (SELECT 1 FROM {log} WHERE {own}) THEN
            {"; ".join(changes)};
        END IF;
        COMMIT TRANSACTION;
    """
    run_once(session.warehouse, Step(product, publish_id, PUBLISH), script)
    if publish_id not in (published.publish_id for published in read_log(session, product)):
        raise overtaken(entry)


def _write_entry(session: Session, stage: Stage, entry: Publish) -> None:
    """Have the log's entry where the transaction finds it: a script of several statements needs no parameters so."""
    values = {
        "publish_id": str(entry.publish_id),
        "base": None if stage.base is None else str(stage.base),
        "interval_start": entry.interval.start,
        "interval_end": entry.interval.end,
        "watermark": entry.watermark,
        "published_at": entry.published_at,
        "entry": json.dumps(codec.dump(entry), ensure_ascii=False),
    }
    columns = ", ".join(f"@{column} AS {column}" for column in values)
    place = session.staged(entry.product, entry.publish_id, "_entry")
    session.warehouse.run(f"CREATE OR REPLACE TABLE {place} AS SELECT {columns}", values)
