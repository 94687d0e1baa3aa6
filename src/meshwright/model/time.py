"""Time: half-open UTC intervals and watermarks. Instants are aware datetimes in UTC, lengths are timedeltas."""

from datetime import UTC, datetime, timedelta
from typing import NewType

from meshwright.model.value import value

Watermark = NewType("Watermark", datetime)
"""The data is complete up to here (UTC, exclusive); never ahead of the moment at which it was measured."""


@value(order=True)
class Interval:
    """`[start, end)` in UTC."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.utcoffset() is None or self.end.utcoffset() is None:
            raise ValueError(f"an interval needs aware instants, not {self.start} and {self.end}")
        if self.start > self.end:
            raise ValueError(f"an interval cannot end before it starts: {self}")

    def __str__(self) -> str:
        return f"{instant_text(self.start)}/{instant_text(self.end)}"

    def covers(self, other: "Interval") -> bool:
        """Tell whether every instant of `other` is in this interval."""
        return self.start <= other.start and other.end <= self.end


def utc(value: datetime) -> datetime:
    """Return an aware instant in UTC. Raises `ValueError` for a naive one: nobody knows when that is."""
    if value.utcoffset() is None:
        raise ValueError(f"{value} has no zone")
    return value.astimezone(UTC)


def instant(text: str) -> datetime:
    """Read an ISO 8601 instant; a date alone is its midnight in UTC. Raises `ValueError`."""
    value = datetime.fromisoformat(text)
    return value.replace(tzinfo=UTC) if len(text) == len("2013-01-01") else utc(value)


def instant_or_length(text: str) -> datetime | timedelta:
    """Read an instant, or a length in seconds such as `14400s`. Raises `ValueError`."""
    return timedelta(seconds=float(text[:-1])) if text.endswith("s") and text[:-1].isdigit() else instant(text)


def instant_text(value: datetime) -> str:
    """Write an instant the one way that people and files see it: `2013-01-01T00:00:00Z`."""
    return utc(value).isoformat().replace("+00:00", "Z")


def interval(text: str) -> Interval:
    """Read `start/end`. Raises `ValueError`."""
    start, separator, end = text.partition("/")
    if not separator:
        raise ValueError(f"`{text}` is not an interval: write `start/end`")
    return Interval(instant(start), instant(end))


def length_text(length: timedelta) -> str:
    """Write a length the way people say it, at most its two largest units: `2d 3h`, `1h 30m`, `45s`."""
    seconds = round(abs(length.total_seconds()))
    sizes = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))
    parts: list[str] = []
    for unit, size in sizes:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    sign = "−" if length < timedelta() else ""
    return sign + (" ".join(parts[:2]) or "0s")
