"""Scalars: lengths, instants, percentages, versions, cron lines and zones, as people write them.

Each function raises `Unreadable` with what would be right; none needs a file or a third party.
"""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from meshwright.model.calendar import calendars, is_calendar
from meshwright.model.cron import Cron
from meshwright.model.ratio import Ratio
from meshwright.model.slo import MOST_OCCURRENCES, occurrences_needed
from meshwright.model.spelling import did_you_mean
from meshwright.model.time import instant

_LENGTH = re.compile(r"([1-9][0-9]{0,5})([smhdw])")
_ENTRY_GROUP = re.compile(r"projects/[a-z0-9:.-]+/locations/[a-z0-9-]+/entryGroups/[A-Za-z0-9_-]+")
_LOCAL_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_CRON = re.compile(r"[0-9A-Za-z*/,@ -]+")
_CRON_FIELDS = {
    "minute": "0 to 59",
    "hour": "0 to 23",
    "day of the month": "1 to 31",
    "month": "1 to 12, or `jan` to `dec`",
    "weekday": "0 to 7, or `sun` to `sat`",
}


class Unreadable(ValueError):
    """A text that is not what it should be."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def length(text: str) -> timedelta:
    """Read `90m`: a whole number of seconds, minutes, hours, days or weeks, more than none."""
    match = _LENGTH.fullmatch(text)
    if match is None:
        raise Unreadable(f"`{text}` is not a length of time", "write it as `45s`, `90m`, `3h`, `1d` or `2w`")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def moment(text: str) -> datetime:
    """Read an ISO 8601 instant with its zone, or a date, which is its midnight in UTC."""
    try:
        return instant(text)
    except (ValueError, OverflowError):
        hint = "write it as `2013-01-01` or `2013-01-01T06:00:00Z`"
        raise Unreadable(f"`{text}` is not an instant", hint) from None


def day(text: str) -> date:
    """Read `2027-03-01`."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Unreadable(f"`{text}` is not a day", "write it as `2027-03-01`") from None


def since(text: str) -> datetime | timedelta:
    """Read an instant, or a length back from the deployment."""
    return length(text) if _LENGTH.fullmatch(text) else moment(text)


def objective(text: str) -> Ratio:
    """Read `99.9%`: more than none, less than all."""
    try:
        ratio = Ratio.parse(text)
    except ValueError:
        raise Unreadable(f"`{text}` is not a percentage", "write it as `99.9%`") from None
    if not 0 < ratio.value < 1:
        raise Unreadable(
            f"an objective of {text} cannot be worked with",
            "choose more than 0 % and less than 100 %: what is left is the error budget",
        )
    return ratio


def share(text: str) -> Ratio:
    """Read `5%`: more than none, and all at most."""
    try:
        ratio = Ratio.parse(text)
    except ValueError:
        raise Unreadable(f"`{text}` is not a percentage", "write it as `5%`") from None
    if not ratio.value:
        raise Unreadable("nothing could ever be set aside", "write more than 0 %, or `block` for the checks")
    return ratio


def landing_objective(text: str) -> Ratio:
    """Read the objective of landings: one that as many as are remembered can tell to be kept."""
    ratio = objective(text)
    needed = occurrences_needed(ratio)
    if needed > MOST_OCCURRENCES:
        raise Unreadable(
            f"an objective of {text} takes {needed} landings to judge: it lets one of so many be late",
            f"choose at most {Ratio(1 - Decimal(1) / MOST_OCCURRENCES)}: "
            f"{MOST_OCCURRENCES} landings, a year of business days, are looked back upon",
        )
    return ratio


def local_time(text: str) -> time:
    """Read `07:00`: an hour and a minute of a day, after its midnight."""
    if not _LOCAL_TIME.fullmatch(text):
        raise Unreadable(f"`{text}` is not a time of day", 'write it as `"07:00"` or `"17:30"`')
    if text == "00:00":
        hint = "choose a later one: the day before ends there, and its data cannot have landed"
        raise Unreadable("a landing by `00:00` leaves no time to land", hint)
    return time.fromisoformat(text)


@cache
def calendar(text: str) -> str:
    """Check the name of a calendar of business days."""
    if not is_calendar(text):
        country, part, _ = text.partition("-")
        alike = {name for name in calendars() if abs(len(name) - len(text)) < 2}
        if part and is_calendar(country):
            alike = {name for name in alike if name.startswith(f"{country}-")}
        example = "write a country as `BE`, a part of one as `DE-BY` or an exchange as `XNYS`"
        raise Unreadable(f"`{text}` is not a calendar", did_you_mean(text, alike, otherwise=example))
    return text


@cache
def cron(text: str) -> str:
    """Check a cron line, and name the field that is none."""
    line = " ".join(text.split())
    if _is_cron(line):
        if not Cron.parse(line).ever_runs:
            raise Unreadable(f"`{text}` names a day that no month has", "choose a day that its months have")
        return line
    fields = line.split(" ")
    if len(fields) != len(_CRON_FIELDS):
        hint = 'write minute, hour, day of the month, month and weekday: `"0 * * * *"` is every hour'
        raise Unreadable(f"`{text}` is not a cron line: a cron line has 5 fields", hint)
    for number, (name, values) in enumerate(_CRON_FIELDS.items()):
        alone = ["*"] * number + [fields[number]] + ["*"] * (4 - number)
        if not _is_cron(" ".join(alone)):
            hint = f"write `*`, numbers from {values}, ranges `a-b`, steps `*/n`, or several with `,`"
            raise Unreadable(f"`{fields[number]}` is not the {name} of a cron line", hint)
    raise Unreadable(f"`{text}` is not a cron line")


def _is_cron(text: str) -> bool:
    try:
        Cron.parse(text)
    except ValueError:
        return False
    return _CRON.fullmatch(text) is not None


def entry_group(text: str) -> str:
    """Check the name of an entry group of Google's catalogue."""
    if not _ENTRY_GROUP.fullmatch(text):
        hint = "write it as `projects/acme/locations/europe-west1/entryGroups/mesh`"
        raise Unreadable(f"`{text}` is not an entry group", hint)
    return text


@cache
def timezone(text: str) -> str:
    """Check the name of a zone."""
    try:
        return ZoneInfo(text).key
    except (KeyError, ValueError, OSError):
        hint = did_you_mean(text, available_timezones(), otherwise="write it as `Europe/Brussels` or `UTC`")
        raise Unreadable(f"`{text}` is not a time zone", hint) from None
