"""Landing: what keeps a port from being complete by the hour that it promises?

What is certain only: no run of the schedule ends between a day's midnight and the hour, or a required input promises
itself for later, or for fewer days. What a run takes is not counted.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from meshwright.graph.graph import MeshGraph
from meshwright.model.address import PortAddress
from meshwright.model.cron import Cron
from meshwright.model.product import CronSchedule, DataProduct
from meshwright.model.slo import Freshness, LandingBy, Slo
from meshwright.model.time import length_text

_YEAR = tuple(date(2024, 1, 1) + timedelta(days=n) for n in range(366))
_WEEKS = (*_YEAR[7:14], *_YEAR[189:196])
"""One of winter and one of summer, which schedules are held against: every minute of a year is too many."""


def obstacles(graph: MeshGraph, product: DataProduct, promise: LandingBy) -> Iterator[str]:
    """Yield in words what makes the promise impossible."""
    if product.clock is not None:
        day = _without_run(product.clock, promise)
        if day is not None:
            runs = f"`{product.clock.cron}` {product.clock.timezone}"
            yield f"on a {day:%A} no run of {runs} ends between midnight and then"
    for port in product.inputs:
        output = graph.output(port.port) if port.port and port.required else None
        if output is not None and port.port is not None:
            yield from _too_late(port.port, output.slos, promise)


@cache
def _without_run(clock: CronSchedule, promise: LandingBy) -> date | None:
    """Return a day on which no interval ends in time, and still holds what the day needs."""
    cron, zone = Cron.parse(clock.cron), ZoneInfo(clock.timezone)
    for day in _WEEKS:
        asked = promise.occurrence(day)
        last = next(cron.moments_until(asked.deadline, zone), None)
        if promise.counts(day) and (last is None or last < asked.need):
            return day
    return None


def _too_late(port: PortAddress, slos: tuple[Slo, ...], promise: LandingBy) -> Iterator[str]:
    """Yield what an input promises, where none of it is enough; who promises nothing is not held to it."""
    found: list[str] = []
    for slo in slos:
        match slo:
            case LandingBy():
                why = _later(slo, promise)
            case Freshness(max_age=age):
                why = f"may be {length_text(age)} old" if age > _slack(promise) else None
            case _:
                continue
        if why is None:
            return
        found.append(why)
    if found:
        yield f"`{port}` {' and '.join(found)}"


@cache
def _later(given: LandingBy, promise: LandingBy) -> str | None:
    for day in _YEAR:
        if promise.counts(day):
            if not given.counts(day):
                return f"promises nothing for days such as {day:%A} {day}"
            has, asked = given.occurrence(day), promise.occurrence(day)
            if has.deadline > asked.deadline or has.need < asked.need:
                return f"is promised by {given.where} only"
    return None


def _slack(promise: LandingBy) -> timedelta:
    """Return the time from midnight to the hour."""
    return timedelta(hours=promise.by.hour, minutes=promise.by.minute)
