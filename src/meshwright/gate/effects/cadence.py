"""Cadence: how often a schedule runs, and how long it may leave its data untouched.

Five cron fields, counted over the days of two years in the schedule's own calendar; a zone's change of hour is left
out: one hour in a year decides nothing here.
"""

from datetime import date, timedelta
from functools import cache
from itertools import pairwise

from meshwright.model.cron import Cron
from meshwright.model.value import value

_DAYS = tuple(date(2023, 1, 1) + timedelta(days=n) for n in range(731))  # 2024 has its 29th of February


@value
class Cadence:
    """`longest` and `shortest` are the times between two runs; `runs` is how many there are in two years."""

    longest: timedelta
    shortest: timedelta
    runs: int


@cache
def cadence(cron: str) -> Cadence | None:
    """Return how often a cron expression runs; None when it cannot be read or never does."""
    try:
        parsed = Cron.parse(cron)
    except ValueError:
        return None
    times = sorted(timedelta(hours=h, minutes=m) for h in parsed.hours for m in parsed.minutes)
    days = [day for day in _DAYS if parsed.runs_on(day)]
    if not times or not days:
        return None
    steps = [b - a for a, b in pairwise(times)]
    steps += [(b - a) - (times[-1] - times[0]) for a, b in pairwise(days)]
    never = timedelta(days=731)
    return Cadence(max(steps, default=never), min(steps, default=never), len(times) * len(days))
