"""Checks: which checks of a contract can be executed, and how does a port's block write them?"""

import re
from collections.abc import Mapping
from typing import Any

Plain = Mapping[str, Any]

METRIC_OF_RULE = {
    "nullCheck": "nullValues",
    "duplicateCount": "duplicateValues",
    "uniqueCheck": "duplicateValues",
    "validValues": "invalidValues",
    "rowCount": "rowCount",
}
"""What v3.1.0 made of the rules that v3.0 names."""

OPERATORS = (
    "mustBe",
    "mustNotBe",
    "mustBeGreaterThan",
    "mustBeGreaterOrEqualTo",
    "mustBeLessThan",
    "mustBeLessOrEqualTo",
    "mustBeBetween",
    "mustNotBeBetween",
)

_OF_A_COLUMN = ("nullValues", "missingValues", "invalidValues")
_METRICS = (*_OF_A_COLUMN, "duplicateValues", "rowCount")
_UNITS = {"rows": "rows", "row": "rows", "percent": "percent", "%": "percent"}
_WARNINGS = {"warning", "warn", "info", "low", "minor"}
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


def kind_of(check: Plain) -> str:
    """Return the type of a check: what it says, else `library`."""
    return str(check.get("type") or "library")


def metric_of(check: Plain) -> str | None:
    """Return what a library check counts, by its new name or its old one."""
    metric, rule = check.get("metric"), check.get("rule")
    return str(metric) if metric else METRIC_OF_RULE.get(str(rule), str(rule) if rule else None)


def not_executed(check: Plain, where: str | None) -> str | None:
    """Say why a check is not executed; None where it is. `where` is `table`, `column`, or None for what is nested."""
    if kind_of(check) == "text":
        return None  # for people, and says so itself
    if where is None:
        return "is of a nested element, which is not looked into"
    return _of_kind(check, where) or _threshold(check)


def _of_kind(check: Plain, where: str) -> str | None:
    match kind_of(check):
        case "sql":
            return None if check.get("query") else "has no query"
        case "library":
            return _library(check, where)
        case _ if check.get("engine") == "meshwright":
            return None
        case _:
            return f"is for the engine `{check.get('engine')}`"


def _library(check: Plain, where: str) -> str | None:
    metric, arguments = metric_of(check), check.get("arguments") or {}
    if metric not in _METRICS:
        return f"counts `{metric}`, which no engine of this mesh knows" if metric else "does not say what it counts"
    if metric in _OF_A_COLUMN and where == "table":
        return f"counts `{metric}` of a table, and of none of its columns"
    if metric == "rowCount" and where == "column":
        return "counts the rows of a column: they are the table's"
    if metric == "duplicateValues" and where == "table" and not arguments.get("properties"):
        return "does not say of which columns the values are unique together"
    if metric == "invalidValues" and not (_valid_values(check) or arguments.get("pattern")):
        return "does not say which values are valid"
    return None


def _threshold(check: Plain) -> str | None:
    if kind_of(check) == "custom":
        return None
    held = [key for key in OPERATORS if check.get(key) is not None]
    if len(held) != 1:
        return "says not what the number must be" if not held else "says twice what the number must be"
    value = check[held[0]]
    numbers = value if isinstance(value, list) else [value]
    if not all(isinstance(n, int | float) and not isinstance(n, bool) for n in numbers):
        return f"compares with `{value}`, which is not a number"
    unit = str(check.get("unit") or "rows")
    if unit not in _UNITS or (unit in ("percent", "%") and metric_of(check) == "rowCount"):
        return f"is in `{unit}`: only rows and percent are known"
    return None


def _valid_values(check: Plain) -> list[Any]:
    """Return the values that are valid: v3.0 has them beside the rule."""
    found = (check.get("arguments") or {}).get("validValues") or check.get("validValues") or ()
    return [v for v in found if isinstance(v, str | int | float)]


def check(said: Plain, columns: Mapping[str, str], column: str | None) -> dict[str, Any]:
    """Return a check as a port's block has it; one that is not executed is kept as text, for people.

    `columns` are the names in SQL of a table's columns, by their names in the contract; `column` is the one that a
    check stands under.
    """
    kept = {"description": said["description"]} if isinstance(said.get("description"), str) else {}
    kept = {key: text for key, text in kept.items() if text.strip()}
    if isinstance(said.get("name"), str) and _NAME.fullmatch(said["name"]):
        kept["name"] = said["name"]
    if not_executed(said, "column" if column else "table") or kind_of(said) == "text":
        return {"type": "text", **kept}
    kept["severity"] = "warning" if str(said.get("severity")).lower() in _WARNINGS else "error"
    if kind_of(said) == "custom":
        return {"type": "custom", **kept, "engine": "meshwright", "implementation": said.get("implementation")}
    kept["unit"] = _UNITS[str(said.get("unit") or "rows")]
    kept |= {key: said[key] for key in OPERATORS if said.get(key) is not None}
    if kind_of(said) == "sql":
        return {"type": "sql", **kept, "query": said["query"]}
    arguments = _arguments(said, columns)
    return {"metric": metric_of(said), **kept, **({"arguments": arguments} if arguments else {})}


def _arguments(said: Plain, columns: Mapping[str, str]) -> dict[str, Any]:
    given = said.get("arguments") or {}
    match metric_of(said):
        case "invalidValues":
            found = {"validValues": _valid_values(said), "pattern": given.get("pattern")}
        case "missingValues":
            listed = given.get("missingValues") or ()
            found = {"missingValues": [v for v in listed if v is None or isinstance(v, str | int | float)]}
        case "duplicateValues":
            found = {"properties": [columns.get(str(p), str(p)) for p in given.get("properties") or ()]}
        case _:
            found = {}
    return {key: value for key, value in found.items() if value}
