"""Freshness: for how much of the time was the watermark young enough?

Age is counted from the largest watermark that has landed, so publishing old rows again never makes a port fresh; where
an earlier publish was brought back, from its own. The
seconds are computed from the landings, not sampled: a monitor that was down for a day loses nothing. From its first
deployment a port has one `max_age` to catch up; until it has, that time is neither good nor bad.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import reduce

from meshwright.model.observation import Landing, PortHistory
from meshwright.model.ratio import Ratio
from meshwright.model.slo import Freshness, SloState, SloStatus
from meshwright.model.time import Watermark, instant_text, length_text
from meshwright.model.value import value
from meshwright.slo.budget import BURN_WINDOW, WINDOW, budget_left, burn
from meshwright.slo.intervals import Span, minus, seconds
from meshwright.slo.landings import mark, plausible


def freshness(slo: Freshness, history: PortHistory, now: datetime) -> SloStatus:
    """Hold the landings of a port against the age that it promises."""
    landings = plausible(history.landings, now)
    watermark = reduce(mark, landings, None)
    state = _state(slo, history, watermark, now)
    start = max(history.activated_at, now - WINDOW)
    spans = stale(landings, slo.max_age, start, now)
    reason = _reason(slo, state, watermark, now)
    since = _since(slo, state, history, spans, start)
    status = SloStatus(history.port, slo, state, reason, since, watermark, now - slo.max_age)
    if state is SloState.NO_DATA:
        return status
    window = _measure(spans, slo, history, (start, now))
    hour = _measure(spans, slo, history, (max(start, now - BURN_WINDOW), now))
    # A few seconds after a deployment say nothing about a rate.
    enough = hour.valid >= BURN_WINDOW.total_seconds() / 2
    return replace(
        status,
        sli=Ratio.of(window.valid - window.bad, window.valid),
        budget_left=budget_left(window.bad, window.valid, slo.objective),
        burn=burn(hour.bad, hour.valid, slo.objective) if enough else None,
    )


def stale(landings: Sequence[Landing], max_age: timedelta, start: datetime, end: datetime) -> tuple[Span, ...]:
    """Return when, in `[start, end)`, what had landed was complete up to longer than `max_age` ago.

    `landings` are sorted by `landed_at`. Before the first of them everything is stale.
    """
    complete = reduce(mark, (landed for landed in landings if landed.landed_at <= start), None)
    spans: list[Span] = []
    at = start
    inside = [(landed.landed_at, landed) for landed in landings if start < landed.landed_at < end]
    for until, landed in (*inside, (end, None)):
        begin = at if complete is None else max(at, complete + max_age)
        if begin < until:
            if spans and spans[-1][1] == begin:
                begin = spans.pop()[0]
            spans.append((begin, until))
        if landed is not None:
            complete = mark(complete, landed)
        at = until
    return tuple(spans)


@value
class _Measured:
    """Seconds of one window."""

    bad: float
    valid: float


def _state(slo: Freshness, history: PortHistory, watermark: Watermark | None, now: datetime) -> SloState:
    if watermark is not None and now - watermark <= slo.max_age:
        return SloState.KEPT
    return SloState.NO_DATA if now <= history.activated_at + slo.max_age else SloState.BROKEN


def _measure(spans: Sequence[Span], slo: Freshness, history: PortHistory, window: Span) -> _Measured:
    bad = tuple((max(start, window[0]), end) for start, end in spans if end > window[0])
    counted = minus(bad, ((history.activated_at, history.activated_at + slo.max_age),))
    excused = seconds(bad) - seconds(counted)
    return _Measured(seconds(counted), seconds((window,)) - excused)


def _since(slo: Freshness, state: SloState, history: PortHistory, spans: Sequence[Span], start: datetime) -> datetime:
    match state:
        case SloState.NO_DATA:
            return history.activated_at
        case SloState.KEPT:
            return spans[-1][1] if spans else start
        case SloState.BROKEN:
            return max(spans[-1][0], history.activated_at + slo.max_age)


def _reason(slo: Freshness, state: SloState, watermark: Watermark | None, now: datetime) -> str:
    if watermark is None:
        return "nothing has landed since it was deployed"
    age = f"complete up to {instant_text(watermark)}, {length_text(now - watermark)} ago"
    late = "" if state is SloState.KEPT else f"; promised at most {length_text(slo.max_age)}"
    return age + late
