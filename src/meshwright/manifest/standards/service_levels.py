"""Service levels: which promises of a contract's `slaProperties` does an SLO of its port hold?

ODCS prefers `latency` to `freshness`: both are how old the data may be, which is what our freshness measures. Nothing
measures the others.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from meshwright.manifest.problems import Problems
from meshwright.manifest.standards.codes import Code
from meshwright.manifest.standards.contract_file import ContractFile
from meshwright.manifest.wording import quoted
from meshwright.model.slo import Freshness, Slo
from meshwright.model.time import length_text

_AGES = {"latency", "ly", "freshness"}
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


def held(contract: ContractFile, slos: Sequence[Slo], problems: Problems) -> None:
    """Say which promises of a contract no SLO of its port holds."""
    kept = min((slo.max_age for slo in slos if isinstance(slo, Freshness)), default=None)
    place = contract.place["slaProperties"]
    others: list[str] = []
    for number, promise in enumerate(contract.plain.get("slaProperties") or ()):
        age = max_age(promise)
        if age is None:
            others.append(str(promise["property"]))
        elif kept is None or kept > age:
            promised = f"`{promise['property']}` of {length_text(age)} is promised"
            message = (
                f"{promised}, and the port's SLO is {length_text(kept)}" if kept else f"{promised}, and no SLO holds it"
            )
            hint = f"add `slo: {{freshness: {{maxAge: {one_unit(age)}, objective: 99%}}}}` to the port"
            problems.warn(Code.NOT_HELD, place[number].at, message, hint)
    if others:
        names = list(dict.fromkeys(others))
        message = f"nothing measures {quoted(names[:6])}{' …' if len(names) > 6 else ''}"
        problems.warn(Code.NOT_HELD, place.at_key, message, "nothing here can tell whether it is kept")
