"""Watermarks: up to when is the data complete? Never taken from the data itself, never ahead of the clock."""

from collections.abc import Iterable
from datetime import datetime

from meshwright.model.product import CronSchedule, DataProduct, PublishMode
from meshwright.model.publish import InputRead, Publish
from meshwright.model.time import Interval, Watermark


def staged_watermark(product: DataProduct, interval: Interval, inputs: Iterable[InputRead], now: datetime) -> Watermark:
    """Return how far what is built for `interval` is complete.

    The interval's end on a cron; the least of the required inputs where inputs drive the product; the time of reading
    for a virtual product, which is served in place.
    """
    if product.is_virtual:
        return Watermark(now)
    if isinstance(product.schedule, CronSchedule):
        return Watermark(min(interval.end, now))
    required = {p.name for p in product.inputs if p.required}
    return Watermark(min([now, *(i.watermark for i in inputs if i.input in required)]))


def published_watermark(product: DataProduct, staged: Watermark, before: Publish | None) -> Watermark:
    """Return how far the product is complete after a publish.

    Where every publish adds to the ones before, building an older interval again does not make it less complete.
    """
    if before is None or any(p.mode is PublishMode.REPLACE for p in product.outputs):
        return staged
    return max(staged, before.watermark)
