"""Watermarks: up to when is the data complete? Never taken from the data itself, never ahead of the clock.

What is built by intervals is complete up to the first one that was never published: later ones do not make up for it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from meshwright.engine.protocol import Work
from meshwright.model.product import CronSchedule, DataProduct, PublishMode
from meshwright.model.publish import InputRead, Publish, Staged, standing
from meshwright.model.time import Watermark


def staged_watermark(work: Work, inputs: Iterable[InputRead], now: datetime) -> Watermark:
    """Return how far what is built is complete.

    The interval's end on a cron; the least of the required inputs where inputs drive the product; the time of reading
    for a virtual product, which is served in place.
    """
    product, end = work.product, work.interval.end
    if product.is_virtual:
        return Watermark(now)
    if isinstance(product.schedule, CronSchedule):
        return Watermark(min(end, now))
    required = {p.name for p in product.inputs if p.required}
    # An input may have published more since the interval was chosen; rows beyond it were not asked for.
    limits = [now, end] if work.is_bounded else [now]
    return Watermark(min([*limits, *(i.watermark for i in inputs if i.watermark and i.input in required)]))


def published_watermark(product: DataProduct, staged: Staged, log: Sequence[Publish], *, is_bounded: bool) -> Watermark:
    """Return how far the product is complete after a publish that follows those of its `log`, oldest first.

    Where every publish adds to the ones before, building an older interval again does not make it less complete. With
    `is_bounded`, an interval beyond a gap does not make it more complete, until the gap is filled; of data that was
    made up, nobody asks whether some is missing.
    """
    modes = {table.mode for _, table in product.tables()}
    if not log or modes == {PublishMode.REPLACE}:
        return staged.watermark
    before = log[-1]
    complete = max(staged.watermark, before.watermark)
    if is_bounded and not (staged.synthetic or before.synthetic):
        done = [(p.interval.start, min(p.interval.end, p.published_at)) for p in standing(log)]
        complete = _unbroken(before.watermark, [*done, (staged.interval.start, staged.watermark)])
    return Watermark(min(complete, staged.watermark) if PublishMode.REPLACE in modes else complete)


def _unbroken(complete: Watermark, done: Iterable[tuple[datetime, datetime]]) -> Watermark:
    """Return how far stretches of time reach from `complete` on, without a gap."""
    for start, end in sorted(done):
        if start <= complete:
            complete = Watermark(max(complete, end))
    return complete
