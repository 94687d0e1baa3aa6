"""Standing: which states end and which begin, now that every SLO was evaluated?

Only changes are kept: an SLO that stays as it was costs nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from meshwright.model.address import PortAddress
from meshwright.model.slo import SloStatus, StateInterval, slo_name

Standing = Mapping[tuple[PortAddress, str], StateInterval]
"""The interval of every SLO that has no end yet."""


def transitions(standing: Standing, statuses: Iterable[SloStatus], now: datetime) -> Iterator[StateInterval]:
    """Yield the intervals that end and those that begin.

    A state begins when the facts say so, which may be before they were seen, but not before the state that it follows.
    An SLO that is no longer evaluated was withdrawn, and its state ends.
    """
    evaluated = set()
    for status in statuses:
        evaluated.add(status.promise)
        before = standing.get(status.promise)
        if before is not None and before.state is status.state:
            continue
        started = status.since or now
        if before is not None:
            started = max(started, before.started_at)
            yield replace(before, ended_at=started)
        yield StateInterval(status.port, slo_name(status.slo), status.state, status.reason, started)
    yield from (replace(left, ended_at=now) for promise, left in standing.items() if promise not in evaluated)


def settled(standing: Standing, statuses: Iterable[SloStatus]) -> Iterator[SloStatus]:
    """Yield each status with the beginning that was first found for its state: a sliding window must not move it."""
    for status in statuses:
        before = standing.get(status.promise)
        known = before is not None and before.state is status.state
        yield replace(status, since=before.started_at) if before is not None and known else status
