"""Landing: on which days were the data there by the hour that was promised?

An occurrence is a day of the promise's calendar. By its deadline, a wall time of the zone, the largest watermark that
has landed must reach the day's midnight; so on a Monday what the weekend brought must be there too. Data that comes
later ends the trouble, and the day stays counted as late. docs/decisions/0035 says why.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from meshwright.model.observation import PortHistory
from meshwright.model.ratio import Ratio
from meshwright.model.slo import LandingBy, Occurrence, SloState, SloStatus, occurrences_needed
from meshwright.model.time import instant_text, length_text
from meshwright.model.value import value
from meshwright.slo.budget import WINDOW, budget_left
from meshwright.slo.landings import Arrivals, plausible

_DAY = timedelta(days=1)


@value
class _Outcome:
    """When what an occurrence needs had landed; None while it has not."""

    occurrence: Occurrence
    arrived_at: datetime | None

    @property
    def is_good(self) -> bool:
        return self.arrived_at is not None and self.arrived_at <= self.occurrence.deadline


def landing(slo: LandingBy, history: PortHistory, now: datetime) -> SloStatus:
    """Hold the landings of a port against the hour that it promises. A day that began before its deployment is none."""
    arrivals = Arrivals(plausible(history.landings, now))
    due = [o for o in occurrences(slo, now) if o.need >= history.activated_at]
    if not due:
        reason = "no landing has come due since it was deployed"
        status = SloStatus(history.port, slo, SloState.NO_DATA, reason, history.activated_at)
        return replace(status, watermark=arrivals.watermark)
    outcomes = [_Outcome(o, arrivals.of(o.need)) for o in due]
    late = sum(not outcome.is_good for outcome in outcomes)
    state = SloState.BROKEN if outcomes[-1].arrived_at is None else SloState.KEPT
    return SloStatus(
        history.port,
        slo,
        state,
        _reason(slo, outcomes, arrivals),
        _since(outcomes, state),
        arrivals.watermark,
        due[-1].need,
        Ratio.of(len(due) - late, len(due)),
        budget_left(late, len(due), slo.objective),
    )


def occurrences(slo: LandingBy, now: datetime) -> tuple[Occurrence, ...]:
    """Return the occurrences that are due, oldest first: of 28 days, and as many as the objective needs."""
    today = now.astimezone(ZoneInfo(slo.timezone)).date()
    return _window(slo, today if slo.occurrence(today).deadline < now else today - _DAY)


@lru_cache(maxsize=256)  # many ports promise the same, and many looks fall upon one day
def _window(slo: LandingBy, newest: date) -> tuple[Occurrence, ...]:
    return tuple(reversed([slo.occurrence(day) for day in _days(slo, newest)]))


def _days(slo: LandingBy, newest: date) -> Iterator[date]:
    """Yield the days of a window, the newest first."""
    needed = occurrences_needed(slo.objective)
    day, count = newest, 0
    while newest - day < WINDOW or count < needed:
        if slo.counts(day):
            count += 1
            yield day
        day -= _DAY


def _since(outcomes: Sequence[_Outcome], state: SloState) -> datetime:
    """Return when the oldest data that is missing was due; else when the last that was late had come."""
    if state is SloState.BROKEN:
        return next(o.occurrence.deadline for o in outcomes if o.arrived_at is None)
    ended = [o.arrived_at for o in outcomes if o.arrived_at is not None and not o.is_good]
    return max(ended, default=outcomes[0].occurrence.deadline)


def _reason(slo: LandingBy, outcomes: Sequence[_Outcome], arrivals: Arrivals) -> str:
    due = outcomes[-1].occurrence
    match outcomes[-1].arrived_at, arrivals.watermark:
        case None, None:
            said = f"nothing has landed; promised on {due.day} by {slo.where}"
        case None, datetime() as watermark:
            said = f"on {due.day} complete up to {instant_text(watermark)} only; promised by {slo.where}"
        case datetime() as at, _:
            delay = f", {length_text(at - due.deadline)} late" if at > due.deadline else ""
            said = f"on {due.day} complete at {_clock(slo, due.day, at)}{delay}; promised by {slo.where}"
    return said + _overspent(slo, outcomes)


def _clock(slo: LandingBy, day: date, at: datetime) -> str:
    """Say when data came, in the promise's zone; with the day, where it is another."""
    local = at.astimezone(ZoneInfo(slo.timezone))
    return f"{local:%H:%M}" if local.date() == day else f"{local:%Y-%m-%d %H:%M}"


def _overspent(slo: LandingBy, outcomes: Sequence[_Outcome]) -> str:
    late = sum(not outcome.is_good for outcome in outcomes)
    share = Ratio.of(len(outcomes) - late, len(outcomes))
    if share is None or share >= slo.objective:
        return ""
    return f"; {share} of {len(outcomes)} days in time, {slo.objective} promised"
