"""Intervals: which stretch of time is a run to build? Pure: from publish logs and the moment.

On a cron it is the data interval, and the required inputs must cover it. Where inputs drive a product, it goes from
where the product's own data ends to where the least of its required inputs does, and reaches back over whatever of
their publishes it has not built yet.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from meshwright.model.cron import last_interval
from meshwright.model.errors import FinalError, InputsNotReady, NothingNew
from meshwright.model.product import CronSchedule, DataProduct
from meshwright.model.publish import Publish, standing
from meshwright.model.time import Interval, instant_text
from meshwright.runs.coverage import Logs, complete_inputs, left, required_of
from meshwright.slo.intervals import minus


def interval_of(product: DataProduct, asked: Interval | None, logs: Logs, now: datetime, *, lone: bool) -> Interval:
    """Return the interval of a run; `logs` are those of the product and its inputs.

    `lone`: inputs that were never published are stood in for, so they need not be waited for. Raises `NothingNew`, or
    `InputsNotReady` when required inputs do not cover the interval yet.
    """
    if asked is not None or isinstance(product.schedule, CronSchedule):
        interval = asked or _last_complete(product, now)
        _wait_for_inputs(product, interval, logs, lone=lone)
        return interval
    return _news(product, logs, now, lone=lone)


def _last_complete(product: DataProduct, now: datetime) -> Interval:
    assert isinstance(product.schedule, CronSchedule), "only a cron has intervals of its own"  # noqa: S101
    found = last_interval(product.schedule.cron, product.schedule.timezone, now)
    if found is None:
        raise FinalError(f"the cron `{product.schedule.cron}` of `{product.address}` never runs")
    return found


def _wait_for_inputs(product: DataProduct, interval: Interval, logs: Logs, *, lone: bool) -> None:
    for address in required_of(product):
        log = logs.get(address, ())
        if not log and lone:
            continue
        if not log:
            raise InputsNotReady(f"`{address}` has published nothing yet", hint=f"run `mesh run {address}`")
        if log[-1].watermark < interval.end and not _has_published(log, interval):
            raise InputsNotReady(
                f"`{address}` is complete up to {instant_text(log[-1].watermark)}, "
                f"and {instant_text(interval.end)} is needed",
                hint=f"run `mesh run {address}`",
            )


def _has_published(log: Sequence[Publish], interval: Interval) -> bool:
    """Tell whether an interval was published, be it beyond a gap. What is made anew holds only what it was last."""
    made = standing(log)
    parts = [p.interval for p in made if p.is_part or p is made[-1]]
    return not minus([(interval.start, interval.end)], [(i.start, i.end) for i in parts])


def _news(product: DataProduct, logs: Logs, now: datetime, *, lone: bool) -> Interval:
    own = logs.get(product.address, ())
    _refuse_silence(product, logs, lone=lone)
    end = complete_inputs(product, logs) or _midnight(now)
    starts = [publish.spans[0].start for publish in left(product, logs)]
    if own and not starts and own[-1].watermark >= end:
        raise NothingNew(f"the inputs of `{product.address}` have published nothing since it was built")
    start = min([own[-1].watermark, *starts]) if own else min(starts, default=end - timedelta(days=1))
    start = min([start, *(p.interval.start for p in standing(own) if p.interval.end > start)])
    if start >= end:
        raise NothingNew(f"`{product.address}` is built up to {instant_text(end)}, where its inputs end")
    return Interval(start, end)


def _refuse_silence(product: DataProduct, logs: Logs, *, lone: bool) -> None:
    silent = [a for a in required_of(product) if not logs.get(a)]
    if silent and not lone:
        raise InputsNotReady(f"`{silent[0]}` has published nothing yet", hint=f"run `mesh run {silent[0]}`")


def _midnight(now: datetime) -> datetime:
    return datetime.combine(now.date(), time(), UTC)
