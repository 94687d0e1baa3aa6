"""Cron: which moments does an expression name? Five fields, in the wall time of a zone."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise, takewhile
from zoneinfo import ZoneInfo

from meshwright.model.time import Interval
from meshwright.model.value import value

_ALL = tuple(frozenset(r) for r in (range(60), range(24), range(1, 32), range(1, 13), range(7)))
_Fields = list[frozenset[int] | None]
"""The numbers of each of the five fields; None where it names all that there are."""
_FAR = 366 * 17
"""Days to look: beyond two waits for a 29th of February, even across a century's end."""


@value
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
        """Read an expression, as the library reads it that Airflow schedules with. Raises `ValueError`."""
        fields = _plain(text) or _expanded(text)
        minutes, hours, days, months, weekdays = (field or every for field, every in zip(fields, _ALL, strict=True))
        return cls(minutes, hours, days, months, weekdays, either_day=None not in (fields[2], fields[4]))

    @property
    def ever_runs(self) -> bool:
        """Tell whether there is a day that it names: no month has a 31st of April, none a 30th of February."""
        leap = date(2000, 1, 1)
        return any(self.runs_on(leap + timedelta(days=n)) for n in range(366 * 28))

    def runs_on(self, day: date) -> bool:
        """Tell whether the expression names a moment of that day."""
        in_month, in_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return day.month in self.months and ((in_month or in_week) if self.either_day else (in_month and in_week))

    def moments_on(self, day: date, zone: ZoneInfo) -> list[datetime]:
        """Return the moments of a day of the zone in their order, in UTC.

        Where clocks change, as Airflow has it: what runs once a day runs once, at the later of the two readings of its
        wall time; of what runs more often, a wall time that is skipped is none, and one that comes twice counts twice.
        """
        if not self.runs_on(day):
            return []
        once = len(self.hours) == len(self.minutes) == 1
        times = (time(h, m, fold=fold) for h in self.hours for m in self.minutes for fold in (0, 1))
        named = [datetime.combine(day, t, zone) for t in times]
        moments = sorted({t.astimezone(UTC) for t in named if once or _exists(t, zone)})
        return moments[-1:] if once else moments

    def moments_until(self, now: datetime, zone: ZoneInfo) -> Iterator[datetime]:
        """Yield the moments up to `now`, the latest first, in UTC."""
        today = now.astimezone(zone).date()
        for n in range(_FAR):
            yield from (m for m in reversed(self.moments_on(today - timedelta(days=n), zone)) if m <= now)

    def moments_after(self, now: datetime, zone: ZoneInfo) -> Iterator[datetime]:
        """Yield the moments after `now`, the next first, in UTC."""
        today = now.astimezone(zone).date()
        for n in range(_FAR):
            yield from (m for m in self.moments_on(today + timedelta(days=n), zone) if m > now)

    def count(self, start: datetime, end: datetime, zone: ZoneInfo) -> int:
        """Return how many moments there are from `start` to `end`, both included."""
        first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
        edges = {first, last} if first <= last else set()
        found = sum(start <= m <= end for day in edges for m in self.moments_on(day, zone))
        inside = (first + timedelta(days=n) for n in range(1, (last - first).days))
        return found + sum(self._count_on(day, zone) for day in inside)

    def _count_on(self, day: date, zone: ZoneInfo) -> int:
        """Count the moments of a day, which is a product but where clocks change."""
        midnights = (datetime.combine(day + timedelta(days=n), time(), zone).utcoffset() for n in (0, 1))
        if len(set(midnights)) > 1:
            return len(self.moments_on(day, zone))
        return len(self.hours) * len(self.minutes) if self.runs_on(day) else 0


def _plain(text: str) -> _Fields | None:
    """Read what is read alike everywhere: of each field one number, or all; None of anything else."""
    words = text.split() if text.isascii() else []
    found = [None if word == "*" else frozenset({int(word)}) for word in words if word == "*" or word.isdecimal()]
    is_plain = len(found) == len(words) == len(_ALL)
    return found if is_plain and all(f is None or f <= every for f, every in zip(found, _ALL, strict=True)) else None


def _expanded(text: str) -> _Fields:
    from croniter import croniter  # starts a process, to ask what machine this is

    if not text.startswith("@") and len(text.split()) != len(_ALL):
        raise ValueError(f"`{text}` has {len(text.split())} fields, a cron has five")
    fields, nth = croniter.expand(text)
    if nth or not all(isinstance(number, int) for field in fields if field != ["*"] for number in field):
        raise ValueError(f"`{text}` counts days from a month's end or by weeks, which no interval can follow")
    return [None if field == ["*"] else frozenset(field) for field in fields]


def last_interval(cron: str, timezone: str, now: datetime) -> Interval | None:
    """Return the last interval that is over by `now`: between two neighbouring moments. Raises `ValueError`."""
    return next(_intervals(cron, timezone, now), None)


def intervals_in(cron: str, timezone: str, stretch: Interval, now: datetime) -> tuple[Interval, ...]:
    """Return the intervals that are over by `now` and have a part in a stretch of time, oldest first."""
    since = takewhile(lambda interval: interval.end > stretch.start, _intervals(cron, timezone, now))
    return tuple(reversed([interval for interval in since if interval.start < stretch.end]))


def _intervals(cron: str, timezone: str, now: datetime) -> Iterator[Interval]:
    """Yield the intervals that are over, the latest first."""
    import pendulum  # Airflow's zones

    moments = Cron.parse(cron).moments_until(now, pendulum.timezone(timezone))
    return (Interval(start, end) for end, start in pairwise(moments))


def _exists(moment: datetime, zone: ZoneInfo) -> bool:
    return moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == moment.replace(tzinfo=None)
