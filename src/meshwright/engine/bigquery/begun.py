"""Begun: what a stage has read before its tables are made, for whoever goes on with it.

It is kept only for one who may come back, in a table of the stage, and written before the first job that makes a table.
A stage is gone on with as long as what it was made upon is the newest: the product's own last publish, and those of
its inputs. Else another is begun.
"""

import json
from collections.abc import Sequence
from dataclasses import replace

from meshwright.engine.bigquery.inputs import Exposed, Heads, heads_of
from meshwright.engine.bigquery.log import read_stage
from meshwright.engine.bigquery.session import Session
from meshwright.engine.inputs import Inputs
from meshwright.engine.protocol import Work
from meshwright.model import codec
from meshwright.model.errors import NotFound
from meshwright.model.identity import PublishId
from meshwright.model.naming import stage_table
from meshwright.model.publish import Publish, Staged
from meshwright.model.time import Interval
from meshwright.model.value import value

_PART = "_begun"


@value
class Begun:
    """A stage whose inputs were read: its id, and the last publishes of the products that it reads."""

    publish_id: PublishId
    interval: Interval
    heads: Heads
    exposed: Exposed


@value
class _Kept:
    """The same as it is written down, with the publish that it is made upon."""

    interval: Interval
    base: PublishId | None
    heads: tuple[Publish, ...]
    inputs: Inputs
    relations: tuple[tuple[str, str], ...]
    loads: tuple[tuple[str, str], ...]
    datasets: tuple[str, ...]
    from_files: tuple[str, ...]


def write_begun(session: Session, work: Work, begun: Begun, before: Sequence[Publish]) -> None:
    """Write down what was read, where somebody may come back for it, and let them know."""
    remember = session.warehouse.attendant.remember
    if remember is None:
        return
    found = begun.exposed
    kept = _Kept(
        begun.interval, _last(before), tuple(begun.heads.values()), found.inputs, tuple(found.relations.items()),
        found.loads, found.datasets, found.from_files,
    )  # fmt: skip
    place = session.staged(work.product.address, begun.publish_id, _PART)
    values = {"entry": json.dumps(codec.dump(kept), ensure_ascii=False)}
    session.warehouse.run(f"CREATE OR REPLACE TABLE {place} AS SELECT @entry AS entry", values)
    remember(begun.publish_id)


def read_begun(session: Session, work: Work, before: Sequence[Publish]) -> Begun | None:
    """Return what an earlier try has begun; None where that is not the newest any more, or gone."""
    publish_id, product = session.warehouse.attendant.begun, work.product.address
    if publish_id is None or not _is_there(session, work, publish_id, _PART):
        return None
    ((entry,),) = session.warehouse.run(f"SELECT entry FROM {session.staged(product, publish_id, _PART)}")
    kept = codec.load(_Kept, json.loads(entry))
    heads = {publish.product: publish for publish in kept.heads}
    if kept.base != _last(before) or heads != heads_of(session, work):
        return None
    exposed = Exposed(kept.inputs, dict(kept.relations), kept.loads, kept.datasets, kept.from_files)
    return Begun(publish_id, kept.interval, heads, exposed)


def staged_before(session: Session, work: Work, before: Sequence[Publish]) -> Staged | None:
    """Return what an earlier try has staged to the end, and could not say any more; None where it has not."""
    publish_id = session.warehouse.attendant.begun
    if publish_id is None:
        return None
    try:
        stage = read_stage(session, work.product.address, publish_id)
    except NotFound:
        return None
    return stage.staged if stage.base == _last(before) else None


def going_on(work: Work, begun: Begun | None) -> Work:
    """Return the work as it was begun: for the same interval, whatever the clock says now."""
    return work if begun is None else replace(work, interval=begun.interval)


def _is_there(session: Session, work: Work, publish_id: PublishId, part: str) -> bool:
    dataset = session.stage_dataset(work.product.address)
    return session.warehouse.table(dataset, stage_table(publish_id, part)) is not None


def _last(before: Sequence[Publish]) -> PublishId | None:
    return before[-1].publish_id if before else None
