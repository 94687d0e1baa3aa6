"""Cadence: how often a schedule runs, and how long it may leave its data untouched.

Five cron fields, counted over the days of two years in the schedule's own calendar; a zone's change of hour is left
out: one hour in a year decides nothing here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import pairwise

from meshwright.model.product import CronSchedule, Schedule

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_NAMES = {n: i for i, n in enumerate(_MONTHS, 1)} | {n: i for i, n in enumerate(_WEEKDAYS)}
_ALIASES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_DAYS = tuple(date(2023, 1, 1) + timedelta(days=n) for n in range(731))  # 2024 has its 29th of February


@dataclass(frozen=True, slots=True)
class Cadence:
    """`longest` is the longest time between two runs; `runs` is how many there are in two years."""

    longest: timedelta
    runs: int


@cache
def cadence(cron: str) -> Cadence | None:
    """Return how often a cron expression runs; None when it cannot be read or never does."""
    fields = _ALIASES.get(cron.strip().lower(), cron.lower()).split()
    try:
        values = [_values(text, *bounds) for text, bounds in zip(fields, _BOUNDS, strict=True)]
    except ValueError:
        return None
    minutes, hours = values[0], values[1]
    times = sorted(timedelta(hours=h, minutes=m) for h in hours for m in minutes)
    days = [d for d in _DAYS if _runs_on(d, values, any_day=fields[2] == "*", any_weekday=fields[4] == "*")]
    if not times or not days:
        return None
    steps = [b - a for a, b in pairwise(times)]
    steps += [(b - a) - (times[-1] - times[0]) for a, b in pairwise(days)]
    return Cadence(max(steps, default=timedelta(days=731)), len(times) * len(days))


def is_more_often(before: Schedule, after: Schedule) -> bool:
    """Tell whether a product will run, and so cost, more often. What depends on its inputs cannot be counted."""
    match before, after:
        case CronSchedule(cron=old), CronSchedule(cron=new):
            was, will = cadence(old), cadence(new)
            return was is not None and will is not None and will.runs > was.runs
        case _:
            return False


def _runs_on(day: date, values: list[frozenset[int]], *, any_day: bool, any_weekday: bool) -> bool:
    """Cron's oddity: with both a day and a weekday given, one of them is enough."""
    in_month = day.day in values[2]
    in_week = day.isoweekday() % 7 in {w % 7 for w in values[4]}
    matches = in_month and in_week if any_day or any_weekday else in_month or in_week
    return matches and day.month in values[3]


def _values(text: str, low: int, high: int) -> frozenset[int]:
    return frozenset(_each(text.split(","), low, high))


def _each(parts: Iterable[str], low: int, high: int) -> Iterable[int]:
    for part in parts:
        span, _, step = part.partition("/")
        first, dash, last = span.partition("-")
        start = low if span == "*" else _number(first)
        end = high if span == "*" or (step and not dash) else _number(last or first)
        if not low <= start <= end <= high:
            raise ValueError(f"`{part}` is not between {low} and {high}")
        yield from range(start, end + 1, int(step or 1))


def _number(text: str) -> int:
    return _NAMES[text] if text in _NAMES else int(text)
