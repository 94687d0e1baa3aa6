"""Evaluate: is a promise kept, how well was it kept over its window, and how fast is its budget being spent?

Nothing measured is *no data*, never 100 %.
"""

from datetime import datetime

from meshwright.model.observation import PortHistory
from meshwright.model.slo import Freshness, Quality, Slo, SloStatus
from meshwright.slo.freshness import freshness
from meshwright.slo.quality import quality


def evaluate(slo: Slo, history: PortHistory, now: datetime) -> SloStatus:
    """Hold what a port delivered against one of its SLOs, at one moment."""
    match slo:
        case Freshness():
            return freshness(slo, history, now)
        case Quality():
            return quality(slo, history, now)
