"""Reconcile: which runs must be started, because nothing else is going to start them?

Airflow starts a consumer when an input publishes, but tells nobody while the consumer is paused or just being parsed,
nor when a task dies between its publish and the event. What is due follows from the publish logs alone, so that no
update is lost, whatever Airflow forgets. Starting too much does no harm: a run that finds nothing new is skipped.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from meshwright.engine.protocol import Engine
from meshwright.model.address import ProductAddress
from meshwright.model.cron import intervals_in
from meshwright.model.errors import InputsNotReady, NothingNew
from meshwright.model.identity import Digest
from meshwright.model.product import CronSchedule, DataProduct
from meshwright.model.publish import Publish, standing
from meshwright.model.time import Interval
from meshwright.model.value import value
from meshwright.runs.coverage import Left, Logs, inputs_of, left
from meshwright.runs.intervals import interval_of
from meshwright.slo.budget import WINDOW
from meshwright.slo.intervals import Span, joined, minus
from meshwright.workspace.deployed import deployed
from meshwright.workspace.trust import history
from meshwright.workspace.workspace import Workspace

log = logging.getLogger(__name__)

GRACE = timedelta(minutes=2)
"""How long the event of a publish may take to start its consumers: until then nothing is missing."""

AT_ONCE = 24
"""How many intervals of one product are started at once, the oldest first; the others follow when these are built."""


@value
class Due:
    """A run that is missing: of an `interval` on a clock; None where inputs drive the product, and say which.

    `news` is the newest publish that it is to build, `since` is when the oldest one was made.
    """

    product: ProductAddress
    interval: Interval | None
    news: Publish
    since: datetime


@value
class Reconciled:
    """The runs that are missing in an environment, and the release that they are to run."""

    release: Digest
    due: tuple[Due, ...]


def reconcile(workspace: Workspace, now: datetime) -> Reconciled:
    """Return the runs that are missing; what has failed since its news came is left to people, until a new release."""
    current = deployed(workspace)
    moment = workspace.settings.clock(now)
    # The clock of a replay stands, so that nothing in it is ever older than the grace.
    ripe = moment if workspace.settings.until else moment - GRACE
    consumers = [p for p in current.graph.mesh.products if inputs_of(p) and not p.is_virtual]
    logs = _logs(workspace.engine(), consumers, moment - WINDOW)
    known = [p for p in consumers if {p.address, *inputs_of(p)} <= logs.keys()]
    due = [found for p in known for found in due_runs(p, logs, moment) if found.since <= ripe]
    return Reconciled(current.release, tuple(_without_failed(workspace, due)))


def due_runs(product: DataProduct, logs: Logs, now: datetime) -> tuple[Due, ...]:
    """Return the missing runs of one product, the oldest interval first."""
    news = [found for found in left(product, logs) if found.due]
    if not news:
        return ()
    if not isinstance(product.schedule, CronSchedule):
        return (_due(product, None, news),) if _is_ready(product, None, logs, now) else ()
    spans = joined((i.start, i.end) for found in news for i in found.due)
    again = _again(product.schedule, logs.get(product.address, ()), spans, now)
    ready = [interval for interval in again if _is_ready(product, interval, logs, now)]
    return tuple(_due(product, interval, _of(news, interval)) for interval in ready[:AT_ONCE])


def _again(clock: CronSchedule, own: Sequence[Publish], spans: tuple[Span, ...], now: datetime) -> tuple[Interval, ...]:
    """Return the intervals that are to be built: again as they were built, and as the clock has them where none was."""
    found: set[Interval] = set()
    for publish in reversed(standing(own)):
        rest = minus(spans, [(publish.interval.start, publish.interval.end)])
        if rest != spans:
            found.add(publish.interval)
        spans = rest
    for span in spans:
        found.update(intervals_in(clock.cron, clock.timezone, Interval(*span), now))
    return tuple(sorted(found))


def _is_ready(product: DataProduct, interval: Interval | None, logs: Logs, now: datetime) -> bool:
    try:
        interval_of(product, interval, logs, now, lone=False)
    except (InputsNotReady, NothingNew):
        return False
    return True


def _of(news: Sequence[Left], interval: Interval) -> list[Left]:
    """Return what of the news is in an interval."""
    return [found for found in news if any(i.start < interval.end and interval.start < i.end for i in found.due)]


def _due(product: DataProduct, interval: Interval | None, news: Sequence[Left]) -> Due:
    publishes = [found.publish for found in news]
    newest = max(publishes, key=lambda publish: publish.publish_id)
    return Due(product.address, interval, newest, min(p.published_at for p in publishes))


def _logs(engine: Engine, consumers: Iterable[DataProduct], since: datetime) -> Logs:
    """Return what consumers and their inputs have published of late; of what cannot be read, nothing."""
    wanted = {address for product in consumers for address in (product.address, *inputs_of(product))}
    logs: dict[ProductAddress, Sequence[Publish]] = dict.fromkeys(wanted, ())
    for found in engine.recent(sorted(wanted), since):
        logs[found.product] = found.publishes
        if found.error is not None:
            log.warning("the publish log of %s cannot be read: %s", found.product, found.error)
            del logs[found.product]
    return logs


def _without_failed(workspace: Workspace, due: Sequence[Due]) -> Iterator[Due]:
    """Yield the runs of products that have not failed since: with the same news, and the same release."""
    deployed_at = _deployed_at(workspace)
    latest = workspace.observations().latest({one.product for one in due})
    for one in due:
        failure = latest[one.product].failure if one.product in latest else None
        tried = failure is not None and not failure.waiting and failure.at >= max(one.news.published_at, deployed_at)
        if tried:
            log.info("%s has failed since its inputs published; somebody has to look", one.product)
        else:
            yield one


def _deployed_at(workspace: Workspace) -> datetime:
    """Return when the environment was told to run what it runs."""
    known = history(workspace)
    sequence, _ = known.pointers(workspace.settings.environment)[-1]
    return known.entries[sequence].at
