"""SLO: what an output port promises about its service, and how well the promise is kept."""

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from math import ceil
from zoneinfo import ZoneInfo

from meshwright.model.address import PortAddress
from meshwright.model.calendar import is_business_day
from meshwright.model.ratio import Ratio
from meshwright.model.time import Watermark, length_text
from meshwright.model.value import value


@value
class Freshness:
    """The watermark is at most `max_age` old, `objective` of the (active) time."""

    max_age: timedelta
    objective: Ratio


@value
class Occurrence:
    """On this day, data complete up to `need`, its midnight, is to have landed by `deadline`."""

    day: date
    need: datetime
    deadline: datetime


@value
class LandingBy:
    """On each day, the data is complete up to the day's midnight `by` a local time, on `objective` of the days.

    The days are the business days of a `calendar` (`model.calendar`); without one, all.
    """

    by: time
    timezone: str
    calendar: str | None
    objective: Ratio

    @property
    def where(self) -> str:
        """The hour and its zone: `07:00 Europe/Brussels`."""
        return f"{self.by:%H:%M} {self.timezone}"

    def counts(self, day: date) -> bool:
        """Tell whether it is promised for a day."""
        return self.calendar is None or is_business_day(self.calendar, day)

    def occurrence(self, day: date) -> Occurrence:
        """Return what a day asks for; of a wall time that clocks skip it is the next one, of two the first."""
        zone = ZoneInfo(self.timezone)
        need, deadline = (datetime.combine(day, at, zone).astimezone(UTC) for at in (time(), self.by))
        return Occurrence(day, need, deadline)


@value
class Completeness:
    """Of what should be there by now, `objective` is there."""

    objective: Ratio


@value
class Quality:
    """`objective` of the checks that ran have passed."""

    objective: Ratio


Slo = Freshness | LandingBy | Completeness | Quality

MOST_OCCURRENCES = 250
"""How many landings are looked back upon at most: the business days of a year, which are remembered."""


def occurrences_needed(objective: Ratio) -> int:
    """Return of how many landings an objective lets one be late: fewer cannot tell whether it is kept."""
    return ceil(1 / (1 - objective.value))


def slo_name(slo: Slo) -> str:
    """Return the word for it in manifests, tables and messages."""
    match slo:
        case Freshness():
            return "freshness"
        case LandingBy():
            return "landing"
        case Completeness():
            return "completeness"
        case Quality():
            return "quality"


def slo_text(slo: Slo) -> str:
    """Say a promise in one line: `at most 1h 30m old, 99% of the time`."""
    match slo:
        case Freshness():
            return f"at most {length_text(slo.max_age)} old, {slo.objective} of the time"
        case LandingBy():
            days = "days" if slo.calendar is None else f"business days of {slo.calendar}"
            return f"complete by {slo.where}, on {slo.objective} of the {days}"
        case Completeness():
            return f"{slo.objective} of what should be there is there"
        case Quality():
            return f"{slo.objective} of the checks pass"


class SloState(StrEnum):
    """Whether the promise is kept now. Nothing measured is `noData`, never `kept`."""

    KEPT = "kept"
    BROKEN = "broken"
    NO_DATA = "noData"


@value
class SloStatus:
    """One SLO of one port, evaluated at one moment.

    `sli` is the share of the window in which the promise was kept; `budget_left` is 1 − (1 − sli) / (1 − objective),
    below 0 when overspent; `burn` is the budget's rate of spending over the last hour (1 spends it exactly in the
    window; landings have none). All three are None where nothing was measured. `since` is when the state began.
    `needed` is up to when the data must be complete for the promise to be kept now; None where that is not its subject.
    """

    port: PortAddress
    slo: Slo
    state: SloState
    reason: str
    since: datetime | None = None
    watermark: Watermark | None = None
    needed: datetime | None = None
    sli: Ratio | None = None
    budget_left: float | None = None
    burn: float | None = None

    @property
    def promise(self) -> tuple[PortAddress, str]:
        """Which SLO it is: a port has at most one of each name."""
        return self.port, slo_name(self.slo)


@value
class StateInterval:
    """An SLO was in one state from `started_at` until `ended_at`; until now where there is no end."""

    port: PortAddress
    slo: str
    state: SloState
    reason: str
    started_at: datetime
    ended_at: datetime | None = None

    @property
    def promise(self) -> tuple[PortAddress, str]:
        """Which SLO it is."""
        return self.port, self.slo
