"""Evaluate: is a promise kept, how well was it kept over its window, and how fast is its budget being spent?

Nothing measured is *no data*, never 100 %.
"""

from datetime import datetime

from meshwright.model.observation import PortHistory
from meshwright.model.product import CronSchedule
from meshwright.model.slo import Completeness, Freshness, LandingBy, Quality, Slo, SloStatus
from meshwright.slo.completeness import completeness
from meshwright.slo.freshness import freshness
from meshwright.slo.landing import landing
from meshwright.slo.quality import quality


def evaluate(slo: Slo, history: PortHistory, now: datetime, clock: CronSchedule | None = None) -> SloStatus:
    """Hold what a port delivered against one of its SLOs, at one moment.

    `clock` is what says how much should be there: the schedule of a product that builds by a clock.
    """
    match slo:
        case Freshness():
            return freshness(slo, history, now)
        case LandingBy():
            return landing(slo, history, now)
        case Completeness():
            return completeness(slo, history, now, clock)
        case Quality():
            return quality(slo, history, now)
