"""SLO: what an output port promises about its service, and how well the promise is kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from meshwright.model.address import PortAddress
from meshwright.model.ratio import Ratio
from meshwright.model.time import Watermark, length_text


@dataclass(frozen=True, slots=True)
class Freshness:
    """The watermark is at most `max_age` old, `objective` of the (active) time."""

    max_age: timedelta
    objective: Ratio


@dataclass(frozen=True, slots=True)
class Quality:
    """`objective` of the checks that ran have passed."""

    objective: Ratio


Slo = Freshness | Quality


def slo_name(slo: Slo) -> str:
    """Return the word for it in manifests, tables and messages."""
    match slo:
        case Freshness():
            return "freshness"
        case Quality():
            return "quality"


def slo_text(slo: Slo) -> str:
    """Say a promise in one line: `at most 1h 30m old, 99% of the time`."""
    match slo:
        case Freshness():
            return f"at most {length_text(slo.max_age)} old, {slo.objective} of the time"
        case Quality():
            return f"{slo.objective} of the checks pass"


class SloState(StrEnum):
    """Whether the promise is kept now. Nothing measured is `noData`, never `kept`."""

    KEPT = "kept"
    BROKEN = "broken"
    NO_DATA = "noData"


@dataclass(frozen=True, slots=True)
class SloStatus:
    """One SLO of one port, evaluated at one moment.

    `sli` is the share of the window in which the promise was kept; `budget_left` is 1 − (1 − sli) / (1 − objective),
    below 0 when overspent; `burn` is the budget's rate of spending over the last hour (1 spends it exactly in the
    window). All three are None where nothing was measured. `since` is when the state began.
    """

    port: PortAddress
    slo: Slo
    state: SloState
    reason: str
    since: datetime | None = None
    watermark: Watermark | None = None
    sli: Ratio | None = None
    budget_left: float | None = None
    burn: float | None = None

    @property
    def promise(self) -> tuple[PortAddress, str]:
        """Which SLO it is: a port has at most one of each name."""
        return self.port, slo_name(self.slo)


@dataclass(frozen=True, slots=True)
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
