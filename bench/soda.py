"""Soda: how a table's contract is said in Soda's words, each check meaning the same."""

from collections.abc import Mapping
from typing import Any

_THRESHOLDS = {"mustBeGreaterThan": "must_be_greater_than", "mustBeLessThan": "must_be_less_than"}


def contract_of(table: Mapping[str, Any], place: str) -> dict[str, Any]:
    """Return the contract of a table that is found below `place`: data source, database, schema."""
    columns = [{"name": column["name"], "checks": _of_column(column)} for column in table["properties"]]
    return {"dataset": f"{place}/{table['name']}", "columns": columns, "checks": [*map(_check, table["quality"])]}


def _of_column(column: Mapping[str, Any]) -> list[dict[str, Any]]:
    required = [{"missing": {"qualifier": "required"}}] if column.get("required") else []
    unique: list[dict[str, Any]] = [{"duplicate": {}}] if column.get("unique") else []
    return [*required, *unique, *map(_check, column.get("quality", ()))]


def _check(check: Mapping[str, Any]) -> dict[str, Any]:
    threshold = {said: check[word] for word, said in _THRESHOLDS.items() if word in check}
    threshold |= {"metric": "percent"} if check.get("unit") == "percent" else {}
    own = {"qualifier": check["name"].replace("-", "_"), **({"threshold": threshold} if threshold else {})}
    arguments = check.get("arguments", {})
    match check.get("metric"):
        case None:
            return {"failed_rows": {**own, "expression": check["query"].partition(" WHERE ")[2]}}
        case "nullValues":
            return {"missing": own}
        case "missingValues":
            return {"missing": {**own, "missing_values": arguments["missingValues"]}}
        case "invalidValues" if "pattern" in arguments:
            return {"invalid": {**own, "valid_format": {"name": check["name"], "regex": arguments["pattern"]}}}
        case "invalidValues":
            return {"invalid": {**own, "valid_values": arguments["validValues"]}}
        case "duplicateValues":
            return {"duplicate": {**own, "columns": arguments["properties"]}}
        case _:
            return {"row_count": own}
