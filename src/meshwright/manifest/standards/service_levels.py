"""Service levels: which promises of a contract's `slaProperties` does an SLO of its port hold?

ODCS prefers `latency` to `freshness`: both are how old the data may be, which is what our freshness measures;
`timeOfAvailability` is the hour of a landing; `retention` is that of the port's tables. Nothing holds the others.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from meshwright.manifest.standards.codes import Code
from meshwright.manifest.standards.contract_file import ContractFile
from meshwright.manifest.text.problems import Problems
from meshwright.manifest.text.wording import quoted
from meshwright.model.product import OutputPort
from meshwright.model.slo import Freshness, LandingBy, Slo
from meshwright.model.time import length_text

_AGES = {"latency", "ly", "freshness"}
_HOURS = {"timeofavailability", "ta"}
_RETENTIONS = {"retention", "re"}
_DAYS = {"d": 1, "day": 1, "days": 1, "w": 7, "week": 7, "weeks": 7, "y": 365, "yr": 365, "year": 365, "years": 365}
_HOUR = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]([+-]([01][0-9]|2[0-3]):[0-5][0-9]|Z)?")
_WINTER, _SUMMER = date(2024, 1, 8), date(2024, 7, 8)
_UNITS = {
    "s": ("s", "sec", "second", "seconds"),
    "m": ("m", "min", "minute", "minutes"),
    "h": ("h", "hr", "hour", "hours"),
    "d": ("d", "day", "days"),
    "w": ("w", "week", "weeks"),
}
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_UNIT = {word: unit for unit, words in _UNITS.items() for word in words}
_LENGTH = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]*)")
_ISO = re.compile(r"P(?:([0-9]+)D)?(?:T(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)S)?)?")


def max_age(promise: Mapping[str, Any]) -> timedelta | None:
    """Return how old the data may be by one of the `slaProperties`; None where it promises something else."""
    if str(promise.get("property")).lower() not in _AGES:
        return None
    value = str(promise.get("value")).strip()
    if (iso := _ISO.fullmatch(value)) and any(iso.groups()):
        days, hours, minutes, rest = (int(g or 0) for g in iso.groups())
        return timedelta(days=days, hours=hours, minutes=minutes, seconds=rest) or None
    match = _LENGTH.fullmatch(value)
    unit = _UNIT.get((match[2] or str(promise.get("unit") or "")).lower()) if match else None
    if match is None or unit is None:
        return None
    seconds = float(match[1]) * _SECONDS[unit]
    return timedelta(seconds=int(seconds)) if 1 <= seconds < 3_000_000_000 else None


def one_unit(length: timedelta) -> str:
    """Write a length as manifests do: `90m`."""
    seconds = round(length.total_seconds())
    unit = next(u for u in ("d", "h", "m", "s") if seconds % _SECONDS[u] == 0)
    return f"{seconds // _SECONDS[unit]}{unit}"


def held(contract: ContractFile, port: OutputPort, problems: Problems) -> None:
    """Say which promises of a contract neither an SLO of its port nor its retention holds."""
    place = contract.place["slaProperties"]
    others: list[str] = []
    for number, promise in enumerate(contract.plain.get("slaProperties") or ()):
        found = [_age_held(promise, port.slos), _hour_held(promise, port.slos), _retention_held(promise, port)]
        lacking = next((missing for missing in found if missing is not None), None)
        if lacking is None:
            others.append(str(promise["property"]))
        elif lacking.message:
            problems.warn(Code.NOT_HELD, place[number].at, f"`{promise['property']}` {lacking.message}", lacking.hint)
    if others:
        names = list(dict.fromkeys(others))
        message = f"nothing measures {quoted(names[:6])}{' …' if len(names) > 6 else ''}"
        problems.warn(Code.NOT_HELD, place.at_key, message, "nothing here can tell whether it is kept")


class _Lacking(NamedTuple):
    """What an SLO does not hold of a promise; nothing where one holds it."""

    message: str = ""
    hint: str = ""


def _age_held(promise: Mapping[str, Any], slos: Sequence[Slo]) -> _Lacking | None:
    """Judge a promise of an age; None where it promises something else."""
    age = max_age(promise)
    if age is None:
        return None
    kept = min((slo.max_age for slo in slos if isinstance(slo, Freshness)), default=None)
    if kept is not None and kept <= age:
        return _Lacking()
    but = f"and the port's SLO is {length_text(kept)}" if kept else "and no SLO holds it"
    hint = f"add `slo: {{freshness: {{maxAge: {one_unit(age)}, objective: 99%}}}}` to the port"
    return _Lacking(f"of {length_text(age)} is promised, {but}", hint)


def _retention_held(promise: Mapping[str, Any], port: OutputPort) -> _Lacking | None:
    """Judge how long rows are kept; None where that is not promised, not in days, or another store's to keep."""
    days = _DAYS.get(str(promise.get("unit")).lower())
    if str(promise.get("property")).lower() not in _RETENTIONS or days is None:
        return None
    if any(table.virtual for table in port.tables):
        return None
    value = promise.get("value")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value * days < 1_000_000:
        return None
    keep = timedelta(days=int(value * days))
    if all(table.retention is not None and table.retention.keep == keep for table in port.tables):
        return _Lacking()
    hint = f"add `retention: {{keep: {one_unit(keep)}}}` to the port, and `by` where a column tells how old a row is"
    return _Lacking(f"of {value} {promise['unit']} is promised, and the port says no such retention", hint)


def _hour_held(promise: Mapping[str, Any], slos: Sequence[Slo]) -> _Lacking | None:
    """Judge a promise of an hour, of the port's own zone where the promise names none; None where it is none."""
    hour = _HOUR.fullmatch(str(promise.get("value")).strip())
    if hour is None or str(promise.get("property")).lower() not in _HOURS:
        return None
    at = time.fromisoformat(hour[0])
    if any(isinstance(slo, LandingBy) and _is_in_time(slo, at) for slo in slos):
        return _Lacking()
    landing = next((slo for slo in slos if isinstance(slo, LandingBy)), None)
    but = f"and the port's SLO is {landing.where}" if landing else "and no SLO holds it"
    zone = "UTC" if at.tzinfo else "…"
    by = at if at.tzinfo is None else datetime.combine(_WINTER, at).astimezone(UTC)
    hint = f'add `slo: {{landing: {{by: "{by:%H:%M}", timezone: {zone}, objective: 95%}}}}` to the port'
    return _Lacking(f"by {hour[0]} is promised, {but}", hint)


def _is_in_time(slo: LandingBy, at: time) -> bool:
    if at.tzinfo is None:
        return slo.by <= at
    return all(slo.occurrence(day).deadline <= datetime.combine(day, at) for day in (_WINTER, _SUMMER))
