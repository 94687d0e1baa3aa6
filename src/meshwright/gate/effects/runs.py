"""Runs: what will run because of a change, from when on, and what stays as older SQL has built it?

Airflow starts the run of an interval at its end, and catches up all intervals of a new product from where the
environment begins. What inputs drive runs when they publish. A run replaces what its own interval published before:
of a table that is not replaced as a whole, earlier intervals keep what the SQL meant when they ran.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from meshwright.gate.changes.change import (
    Change,
    CodeChanged,
    PortDescribed,
    ProductAdded,
    ProductDescribed,
    PromiseChange,
    PurposeChanged,
    QueryChanged,
    TeamChanged,
    VersionRaised,
    product_of,
)
from meshwright.gate.changes.columns import MaskChanged
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import PortAddress, ProductAddress, TableAddress
from meshwright.model.code import CodeTransform
from meshwright.model.cron import Cron
from meshwright.model.product import CronSchedule, DataProduct, PublishMode
from meshwright.model.time import Interval
from meshwright.model.value import value

_WORDS = (ProductDescribed, PortDescribed, TeamChanged, PurposeChanged, VersionRaised)
"""Changes that let every run do what it did."""

_MOMENT = timedelta(microseconds=1)


@value
class CatchUp:
    """The intervals that Airflow runs as soon as a new product is deployed: how many, and the first of them."""

    intervals: int
    first: Interval


@value
class Rebuild:
    """What stays as older SQL has built it until earlier intervals run again, and the DAGs whose runs those are.

    A product that inputs drive is built again when those publish again: the DAGs are those of the clocks behind it.
    """

    tables: tuple[TableAddress, ...]
    dags: tuple[ProductAddress, ...]
    span: Interval


@value
class Run:
    """When a touched product runs next: at `at`, or, without one, when its inputs publish."""

    product: ProductAddress
    at: datetime | None
    clock: CronSchedule | None
    catch_up: CatchUp | None = None
    rebuild: Rebuild | None = None


@value
class Runs:
    """What one change lets run: the touched products, and `following` that run when those have published."""

    touched: tuple[Run, ...] = ()
    following: tuple[ProductAddress, ...] = ()


def runs(changes: Iterable[Change], before: MeshGraph, after: MeshGraph, since: datetime, now: datetime) -> Runs:
    """Return what will run because of changes, in an environment whose intervals begin at `since`."""
    found = []
    for address, own in sorted(_by_product(changes).items()):
        product = after.product(address)
        if product is not None and any(map(_lets_run, own)):
            found.append(_run(product, own, (before, after), Interval(min(since, now), now)))
    touched = {r.product for r in found}
    return Runs(tuple(found), tuple(p for p in _driven(touched, after) if p not in touched))


def _by_product(changes: Iterable[Change]) -> dict[ProductAddress, list[Change]]:
    found: dict[ProductAddress, list[Change]] = {}
    for change in changes:
        if (address := product_of(change)) is not None:
            found.setdefault(address, []).append(change)
    return found


def _lets_run(change: Change) -> bool:
    """Tell whether runs do anything else than before: words do nothing, and promises of a port are held elsewhere."""
    of_port = isinstance(change, PromiseChange) and isinstance(change.address, PortAddress)
    return not isinstance(change, _WORDS) and not of_port


def _run(product: DataProduct, changes: list[Change], sides: tuple[MeshGraph, MeshGraph], past: Interval) -> Run:
    before, after = sides
    clock = product.schedule if isinstance(product.schedule, CronSchedule) else None
    is_new = any(isinstance(c, ProductAdded) for c in changes)
    return Run(
        product.address,
        None if clock is None else _next(clock, past.end),
        clock,
        _catch_up(clock, past) if clock and is_new else None,
        None if is_new or product.is_virtual else _rebuild(product, changes, before, after, past),
    )


def _next(clock: CronSchedule, now: datetime) -> datetime | None:
    return next(Cron.parse(clock.cron).moments_after(now, ZoneInfo(clock.timezone)), None)


def _catch_up(clock: CronSchedule, past: Interval) -> CatchUp | None:
    """Return the intervals that lie in the past, whole: one fewer than the moments between which they are."""
    cron, zone = Cron.parse(clock.cron), ZoneInfo(clock.timezone)
    count = cron.count(past.start, past.end, zone)
    if count < 2:
        return None
    start, end = islice(cron.moments_after(past.start - _MOMENT, zone), 2)
    return CatchUp(count - 1, Interval(start, end))


def _rebuild(
    product: DataProduct, changes: list[Change], before: MeshGraph, after: MeshGraph, past: Interval
) -> Rebuild | None:
    tables = tuple(address for address in sorted(_meaning_changed(changes, after)) if _keeps(address, before, after))
    dags = tuple(p for p in sorted(_clocks(product, after)) if _has_run(p, after, past)) if tables else ()
    return Rebuild(tables, dags, past) if dags else None


def _has_run(address: ProductAddress, graph: MeshGraph, past: Interval) -> bool:
    product = graph.product(address)
    return product is not None and product.clock is not None and _catch_up(product.clock, past) is not None


def _meaning_changed(changes: Iterable[Change], after: MeshGraph) -> set[TableAddress]:
    """Return the tables whose rows are made otherwise than before."""
    found = set()
    for change in changes:
        match change:
            case QueryChanged(address=table):
                found.add(table)
            case CodeChanged(address=product):
                found |= set(_made_by_code(product, after))
            case MaskChanged(address=column):
                found.add(column.table)
            case _:
                pass
    return found


def _made_by_code(address: ProductAddress, graph: MeshGraph) -> Iterator[TableAddress]:
    product = graph.product(address)
    for table, made in product.tables() if product else ():
        if isinstance(made.transform, CodeTransform):
            yield table


def _keeps(address: TableAddress, before: MeshGraph, after: MeshGraph) -> bool:
    """Tell whether a table was there, and keeps what earlier intervals have given it."""
    was, is_now = before.table(address), after.table(address)
    return was is not None and is_now is not None and PublishMode.REPLACE not in (was.mode, is_now.mode)


def _clocks(product: DataProduct, graph: MeshGraph) -> Iterator[ProductAddress]:
    """Yield the products with a clock of their own whose runs lead to runs of this one; itself, where it has one."""
    seen, waiting = {product.address}, [product.address]
    while waiting:
        known = graph.product(waiting.pop())
        if known is not None and isinstance(known.schedule, CronSchedule):
            yield known.address
        elif known is not None:
            fresh = [p for p in graph.inputs(known.address) if p not in seen]
            seen.update(fresh)
            waiting += fresh


def _driven(products: Iterable[ProductAddress], graph: MeshGraph) -> tuple[ProductAddress, ...]:
    """Return what a publish of these products starts, and what that starts, inputs before what is made of them."""
    found: dict[ProductAddress, None] = {}
    ring = sorted(products)
    while ring:
        ring = [c for p in ring for c in graph.consumers(p) if c not in found and graph.is_driven(c)]
        found |= dict.fromkeys(ring)
    return tuple(found)
