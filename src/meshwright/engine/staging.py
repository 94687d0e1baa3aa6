"""Staging: what a stage remembers until it is published, and what the log says of it then."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from meshwright.engine.answers import Answer
from meshwright.engine.protocol import Work
from meshwright.engine.rotation import keys_after, outdated
from meshwright.engine.watermarks import published_watermark
from meshwright.model import codec
from meshwright.model.address import TableAddress
from meshwright.model.contract import Column
from meshwright.model.errors import Overtaken, Refused
from meshwright.model.identity import Digest, PublishId
from meshwright.model.product import DataProduct, OutputTable, PublishMode
from meshwright.model.publish import Partitions, Publish, Spent, Staged, TableRows, standing
from meshwright.model.time import Interval, Watermark
from meshwright.model.value import value


@value
class Stage:
    """What was staged, the publish that was the newest then, and what staging and checking have taken so far.

    `is_bounded`: it is that of its interval, not the whole. `answers` are what its checks have asked of inputs.
    """

    staged: Staged
    base: PublishId | None
    seconds: float
    is_bounded: bool = False
    spent: Spent | None = None
    answers: tuple[Answer, ...] = ()


def log_entry(
    product: DataProduct,
    stage: Stage,
    before: Sequence[Publish],
    tables: tuple[TableRows, ...],
    now: datetime,
    seconds: float,
) -> Publish:
    """Return what the log says of a publish that follows those `before`; `tables` are as they are afterwards.

    Raises `Busy` where what is published has come to other keys than the stage was made by.
    """
    staged = stage.staged
    adds_up = not all(t.mode is PublishMode.REPLACE for _, t in product.tables())
    publish = Publish(
        product=staged.product,
        publish_id=staged.publish_id,
        release=staged.release,
        interval=staged.interval,
        watermark=reached(product, stage, before),
        inputs=staged.inputs,
        tables=tables,
        published_at=now,
        synthetic=staged.synthetic or (adds_up and bool(before) and before[-1].synthetic),
        seconds=round(stage.seconds + seconds, 3),
        is_part=stage.is_bounded and all(t.mode is not PublishMode.REPLACE for _, t in product.tables()),
        keys=keys_after(product, staged.keys, before),
        spent=stage.spent,
        shape=shape(product),
    )
    if outdated(product, before, staged.keys):
        raise overtaken(publish)
    return publish


def reached(product: DataProduct, stage: Stage, before: Sequence[Publish]) -> Watermark:
    """Return how far a product is complete once a stage is published after those `before`."""
    return published_watermark(product, stage.staged, before, is_bounded=stage.is_bounded)


def shape(product: DataProduct) -> Digest:
    """Return what names the columns that a product's tables have: their types, and how they are masked."""
    columns = [
        (str(address), [codec.dump(Column(c.name, c.type, c.required, mask=c.mask)) for c in table.made_columns])
        for address, table in product.tables()
    ]
    return Digest.of(codec.canonical(columns))


def restoring(
    log: Sequence[Publish], to: Publish, publish_id: PublishId, tables: tuple[TableRows, ...], now: datetime
) -> Publish:
    """Return what the log says of a publish that follows those of its `log`, and brings the data of `to` back.

    Its interval is where the data change: that of what is taken back, and where none of it is complete any more, that
    of `to` as well, so that whoever reads all finds something new to build.
    """
    made, wanted = standing(log), standing(log[: log.index(to) + 1])
    changed = [p.interval for p in (*made, *wanted) if (p in made) != (p in wanted)]
    if not changed or min(i.start for i in changed) >= to.watermark:
        changed.append(to.interval)
    return replace(
        to,
        publish_id=publish_id,
        interval=Interval(min(i.start for i in changed), max(i.end for i in changed)),
        tables=tables,
        published_at=now,
        seconds=0.0,
        spent=None,
        restores=to.publish_id,
    )


def naming(stage: Stage, written: Mapping[TableAddress, Partitions | None]) -> Stage:
    """Return a stage that says which partitions of its tables its publish writes."""
    tables = tuple(replace(counted, partitions=written.get(counted.table)) for counted in stage.staged.tables)
    return replace(stage, staged=replace(stage.staged, tables=tables))


def overtaken(publish: Publish) -> Overtaken:
    """Say that another run has published since a stage was made upon what was published then."""
    return Overtaken(
        f"`{publish.product}` was published by another run after this one was staged",
        hint="run it again: it is staged upon what is published then",
    )


def refuse_to_cut(work: Work, before: Sequence[Publish]) -> None:
    """Refuse an interval of which a part, and more than it, was published at once: its rows cannot be told apart."""
    if not any(_is_appended(table) for _, table in work.product.tables()):
        return
    asked = work.interval
    for publish in standing(before):
        done = publish.interval
        if done.start < asked.end and asked.start < done.end and not asked.covers(done):
            raise Refused(
                f"`{work.product.address}` has appended {done} at once, and {asked} cuts through it",
                hint=f"run an interval that covers it, such as `--interval {done}`",
            )


def _is_appended(table: OutputTable) -> bool:
    """Tell whether the rows of an interval are told from others by that interval alone."""
    return table.mode is PublishMode.APPEND or (table.mode is PublishMode.LEDGER and not table.contract.key)
