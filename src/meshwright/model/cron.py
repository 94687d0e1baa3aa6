"""Cron: which moments does an expression name? Five fields, in the wall time of a zone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from meshwright.model.time import Interval

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
_FAR = 366 * 17
"""Days to look back: beyond two waits for a 29th of February, even across a century's end."""


@dataclass(frozen=True, slots=True)
class Cron:
    """The values of the five fields; `either_day` is cron's oddity: with a day and a weekday given, one is enough."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either_day: bool

    @classmethod
    def parse(cls, text: str) -> "Cron":
        """Read an expression. Raises `ValueError`."""
        fields = _ALIASES.get(text.strip().lower(), text.lower()).split()
        if len(fields) != len(_BOUNDS):
            raise ValueError(f"`{text}` has {len(fields)} fields, a cron has five")
        minutes, hours, days, months, weekdays = (
            frozenset(_each(field.split(","), *bounds)) for field, bounds in zip(fields, _BOUNDS, strict=True)
        )
        either = "*" not in (fields[2][:1], fields[4][:1])
        return cls(minutes, hours, days, months, frozenset(w % 7 for w in weekdays), either)

    def runs_on(self, day: date) -> bool:
        """Tell whether the expression names a moment of that day."""
        in_month, in_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return day.month in self.months and ((in_month or in_week) if self.either_day else (in_month and in_week))

    def moments_until(self, now: datetime, zone: ZoneInfo) -> Iterator[datetime]:
        """Yield the moments up to `now`, the latest first, in UTC. A wall time that a zone skips is none."""
        today = now.astimezone(zone).date()
        for day in (today - timedelta(days=n) for n in range(_FAR)):
            if self.runs_on(day):
                named = (datetime.combine(day, time(h, m), zone) for h in self.hours for m in self.minutes)
                moments = {t.astimezone(UTC) for t in named if _exists(t, zone)}
                yield from (m for m in sorted(moments, reverse=True) if m <= now)


def last_interval(cron: str, timezone: str, now: datetime) -> Interval | None:
    """Return the last interval that is over by `now`: between two neighbouring moments. Raises `ValueError`."""
    moments = Cron.parse(cron).moments_until(now, ZoneInfo(timezone))
    end, start = next(moments, None), next(moments, None)
    return None if start is None or end is None else Interval(start, end)


def _exists(moment: datetime, zone: ZoneInfo) -> bool:
    return moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == moment.replace(tzinfo=None)


def _each(parts: Iterable[str], low: int, high: int) -> Iterator[int]:
    for part in parts:
        span, _, step = part.partition("/")
        first, dash, last = span.partition("-")
        start = low if span == "*" else _number(first)
        end = high if span == "*" or (step and not dash) else _number(last or first)
        if not low <= start <= end <= high or (step and int(step) < 1):
            raise ValueError(f"`{part}` is not between {low} and {high}")
        yield from range(start, end + 1, int(step or 1))


def _number(text: str) -> int:
    return _NAMES[text] if text in _NAMES else int(text)
