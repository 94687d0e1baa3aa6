"""Completeness: of what should be there by now, how much is there?

What should be there is the time from deployment (at most 28 days back) up to the last interval whose run may not wait
any longer. Of it, what is missing is what lies beyond the watermark and was not published as an interval of its own.
What comes late is there. Nobody counts rows here: that a source has delivered all of its own is for checks to tell.
docs/decisions/0036 says why.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from meshwright.model.cron import last_interval
from meshwright.model.observation import Landing, PortHistory
from meshwright.model.product import CronSchedule
from meshwright.model.ratio import Ratio
from meshwright.model.slo import Completeness, SloState, SloStatus
from meshwright.model.time import Watermark, instant_text, length_text
from meshwright.slo.budget import WINDOW, budget_left
from meshwright.slo.intervals import Span, minus, seconds
from meshwright.slo.landings import Arrivals, plausible


def completeness(slo: Completeness, history: PortHistory, now: datetime, clock: CronSchedule | None) -> SloStatus:
    """Hold the intervals that a port has published against those that its `clock` has named."""
    landings = plausible(history.landings, now)
    watermark = Arrivals(landings).watermark
    start = max(history.activated_at, now - WINDOW)
    due = None if clock is None else _due(clock, now)
    expected = ((start, due),) if due is not None and due > start else ()
    missing = minus(expected, _there(landings, watermark, start))
    bad, valid = seconds(missing), seconds(expected)
    sli = Ratio.of(valid - bad, valid)
    if sli is None:
        reason = "no interval has come due since it was deployed" if clock else "no clock says what should be there"
        return SloStatus(history.port, slo, SloState.NO_DATA, reason, history.activated_at, watermark)
    return SloStatus(
        history.port,
        slo,
        SloState.KEPT if sli >= slo.objective else SloState.BROKEN,
        _reason(slo, missing, sli),
        watermark=watermark,
        needed=due,
        sli=sli,
        budget_left=budget_left(bad, valid, slo.objective),
    )


def _due(clock: CronSchedule, now: datetime) -> datetime | None:
    """Return the end of the last interval whose run may not wait any longer."""
    last = last_interval(clock.cron, clock.timezone, now - clock.wait_at_most)
    return None if last is None else last.end


def _there(landings: Sequence[Landing], watermark: Watermark | None, start: datetime) -> list[Span]:
    """Return which stretches of time were published: up to the watermark, and beyond it interval by interval."""
    beyond: list[Span] = []
    known = ((landed, landed.interval) for landed in landings if landed.interval is not None)
    for landed, interval in known:
        span = (interval.start, min(interval.end, landed.landed_at))
        if landed.restored:
            beyond = list(minus(beyond, [(landed.watermark, max(landed.watermark, span[1]))]))
        elif span[0] < span[1]:
            beyond.append(span)
    return beyond if watermark is None else [(min(start, watermark), watermark), *beyond]


def _reason(slo: Completeness, missing: Sequence[Span], sli: Ratio) -> str:
    if not missing:
        return "all that should be there is there"
    length, first = length_text(timedelta(seconds=seconds(missing))), instant_text(missing[0][0])
    lacking = f"{length} from {first} missing"
    if len(missing) > 1:
        lacking = f"{length} missing in {len(missing)} places, the first from {first}"
    return f"{lacking}; {sli} there" + ("" if sli >= slo.objective else f" where {slo.objective} is promised")
