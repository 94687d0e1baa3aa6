"""Intervals: which stretch of time is a run to build? Pure: from publish logs and the moment.

On a cron it is the data interval, and the required inputs must cover it. Where inputs drive a product, it goes from
where the product's own data ends to where the least of its required inputs does, and reaches back over what was
published again since.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta

from meshwright.model.address import ProductAddress
from meshwright.model.cron import last_interval
from meshwright.model.errors import FinalError, InputsNotReady, NothingNew
from meshwright.model.product import CronSchedule, DataProduct
from meshwright.model.publish import Publish
from meshwright.model.time import Interval, instant_text

Logs = Mapping[ProductAddress, Sequence[Publish]]
"""What each product has published, oldest first."""


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
    for address in _required(product):
        log = logs.get(address, ())
        if not log and lone:
            continue
        if not log:
            raise InputsNotReady(f"`{address}` has published nothing yet", hint=f"run `mesh run {address}`")
        if log[-1].watermark < interval.end and not log[-1].interval.covers(interval):
            raise InputsNotReady(
                f"`{address}` is complete up to {instant_text(log[-1].watermark)}, "
                f"and {instant_text(interval.end)} is needed",
                hint=f"run `mesh run {address}`",
            )


def _news(product: DataProduct, logs: Logs, now: datetime, *, lone: bool) -> Interval:
    own = logs.get(product.address, ())
    _refuse_silence(product, logs, lone=lone)
    fresh = _not_read_yet(product, logs, own[-1] if own else None)
    end = min([logs[a][-1].watermark for a in _required(product) if logs.get(a)], default=_midnight(now))
    if own and not fresh and own[-1].watermark >= end:
        raise NothingNew(f"the inputs of `{product.address}` have published nothing since it was built")
    starts = [p.interval.start for p in fresh]
    start = min([own[-1].watermark, *starts]) if own else min(starts, default=end - timedelta(days=1))
    start = min([start, *(p.interval.start for p in own if p.interval.end > start)])
    if start >= end:
        raise NothingNew(f"`{product.address}` is built up to {instant_text(end)}, where its inputs end")
    return Interval(start, end)


def _refuse_silence(product: DataProduct, logs: Logs, *, lone: bool) -> None:
    silent = [a for a in _required(product) if not logs.get(a)]
    if silent and not lone:
        raise InputsNotReady(f"`{silent[0]}` has published nothing yet", hint=f"run `mesh run {silent[0]}`")


def _not_read_yet(product: DataProduct, logs: Logs, last: Publish | None) -> list[Publish]:
    """Return the publishes of the inputs that came after those which the last publish was made from."""
    read = {i.publish_id for i in last.inputs} if last else set()
    fresh: list[Publish] = []
    for address in dict.fromkeys(p.port.product for p in product.inputs if p.port):
        log = logs.get(address, ())
        known = max((n for n, p in enumerate(log, 1) if p.publish_id in read), default=0)
        fresh.extend(log[known:])
    return fresh


def _required(product: DataProduct) -> tuple[ProductAddress, ...]:
    return tuple(dict.fromkeys(p.port.product for p in product.inputs if p.port and p.required))


def _midnight(now: datetime) -> datetime:
    return datetime.combine(now.date(), time(), UTC)
