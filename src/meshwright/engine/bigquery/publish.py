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

from meshwright.engine.bigquery.connection import explained
from meshwright.engine.bigquery.log import last_publish, log_definition, read_log, read_stage
from meshwright.engine.bigquery.modes import Joining, joined, offered, rows_after, worked_out
from meshwright.engine.bigquery.once import Step, run_once
from meshwright.engine.bigquery.quarantine import kept, kept_of_source, quarantine_definition
from meshwright.engine.bigquery.retention import forgotten, forgotten_of_inputs, too_old
from meshwright.engine.bigquery.session import HEAD, LOG, Session
from meshwright.engine.bigquery.stage import discard
from meshwright.engine.bigquery.tables import describe, expand, kind_of
from meshwright.engine.bigquery.types import TYPES
from meshwright.engine.bigquery.versions import touched_values
from meshwright.engine.partitions import partitions_of
from meshwright.engine.staging import Stage, log_entry, overtaken, reached
from meshwright.model import codec
from meshwright.model.address import ProductAddress
from meshwright.model.identity import PublishId
from meshwright.model.naming import PUBLISH, stored_table
from meshwright.model.product import DataProduct
from meshwright.model.publish import Partitions, Publish, Spent, Staged, TableRows
from meshwright.model.time import Interval


def publish(session: Session, product: DataProduct, publish_id: PublishId, now: datetime) -> Publish:
    """Make a stage visible, unless its id is in the log already; then the log's entry is returned."""
    started, already = time.perf_counter(), session.warehouse.meter.spent
    address = product.address
    before = read_log(session, address)
    done = next((p for p in before if p.publish_id == publish_id), None)
    if done is None:
        stage = read_stage(session, address, publish_id)
        with explained(f"publishing `{address}`"):
            watermark = reached(product, stage, before)
            joinings = tuple(
                replace(joining, too_old=too_old(joining.table, watermark))
                for joining in _joinings(session, product, publish_id, stage.staged.interval)
            )
            if not before:
                _make_datasets(session, address)
            room = [expand(joining) for joining in joinings]
            joinings = tuple(replace(joining, gone=one.gone) for joining, one in zip(joinings, room, strict=True))
            tables = _prepare(session, joinings, stage.staged, is_first=not before)
            stored = Spent(stored=sum(one.stored for one in room))
            prepared = (stage.spent or Spent()) + session.warehouse.meter.spent - already + stored
            told = replace(stage, spent=prepared)
            seconds = time.perf_counter() - started + session.warehouse.meter.away
            done = log_entry(product, told, before, tables, now, seconds)
            forgetting = [statement for joining in joinings for statement in forgotten(joining, before, watermark)]
            forgetting += forgotten_of_inputs(session, product, before, watermark)
            _transact(session, joinings, stage, done, forgetting)
            done = replace(done, spent=(stage.spent or Spent()) + session.warehouse.meter.spent - already + stored)
    else:
        joinings = _joinings(session, product, publish_id, done.interval)
    with explained(f"publishing `{address}`"):
        for joining in joinings:
            _offer(joining)
    discard(session, address, publish_id)
    return done


def _joinings(session: Session, product: DataProduct, publish_id: PublishId, interval: Interval) -> tuple[Joining, ...]:
    return tuple(Joining(session, address, table, publish_id, interval) for address, table in product.tables())


def _make_datasets(session: Session, product: ProductAddress) -> None:
    session.warehouse.make_dataset(session.store_dataset(product))
    session.warehouse.make_dataset(session.dataset(product))


def _offer(joining: Joining) -> None:
    """Have consumers find the table as its contract says, unless they do."""
    session, columns = joining.session, joining.table.columns
    place = session.dataset(joining.address.port.product), stored_table(joining.address)
    known = session.warehouse.table(*place)
    found = [] if known is None else [(field.name, kind_of(field)) for field in known.schema]
    if found != [(column.name, TYPES[column.type].partition("(")[0]) for column in columns]:
        session.warehouse.run(offered(joining))
        known = session.warehouse.table(*place)
    if known is not None:
        describe(joining, known)


def _prepare(session: Session, joinings: Sequence[Joining], staged: Staged, *, is_first: bool) -> tuple[TableRows, ...]:
    """Make ready what the transaction needs; return how many rows each table will hold."""
    product, warehouse = joinings[0].address.port.product, session.warehouse
    sets_aside = any(t.quarantined for t in staged.tables) or any(i.quarantined for i in staged.inputs)
    statements = [
        *(log_definition(session, product) if is_first else ()),
        *([quarantine_definition(session, product)] if sets_aside else ()),
    ]
    for statement in statements:
        warehouse.run(statement)
    for joining in joinings:
        step = Step(product, joining.publish_id, "fold", joining.address)
        for statement in worked_out(joining):
            run_once(warehouse, step, statement)
    (counts,) = warehouse.run(f"SELECT {', '.join(rows_after(joining) for joining in joinings)}")
    return tuple(
        replace(counted, rows=rows, partitions=_partitions(joining))
        for joining, counted, rows in zip(joinings, staged.tables, counts, strict=True)
    )


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
        UPDATE {head} SET number = number + 1, {own}
            WHERE publish_id IS NOT DISTINCT FROM (SELECT base FROM {prepared_entry});
        IF EXISTS (SELECT 1 FROM {head} WHERE {own}) AND NOT EXISTS (SELECT 1 FROM {log} WHERE {own}) THEN
            {"; ".join(changes)};
        END IF;
        COMMIT TRANSACTION;
    """
    run_once(session.warehouse, Step(product, publish_id, PUBLISH), script)
    newest = last_publish(session, product)
    if newest is None or newest.publish_id != publish_id:
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
