"""What a contract means, whichever version says it: written apart from the code that it judges."""

from typing import Any

RULES = {
    "nullCheck": "nullValues",
    "duplicateCount": "duplicateValues",
    "uniqueCheck": "duplicateValues",
    "validValues": "invalidValues",
}


def meaning(value: Any, under: str = "") -> Any:
    """Return a contract in one shape for all versions: people in a team, metrics, bounds that exclude themselves."""
    if isinstance(value, list):
        if under == "team":
            return {"members": [meaning(v) for v in value]}
        return [meaning(v, "check" if under == "quality" else "") for v in value]
    if not isinstance(value, dict):
        return value
    shape = {("stagingDir" if k == "staging_dir" else k): meaning(v, k) for k, v in value.items() if k != "apiVersion"}
    if under == "check":
        metric = shape.pop("rule", None) or shape.pop("metric", None)
        return shape if metric is None else {**shape, "metric": RULES.get(metric, metric)}
    return bounds(shape) if under == "logicalTypeOptions" else shape


def bounds(options: dict[str, Any]) -> dict[str, Any]:
    """Return options whose bounds exclude themselves, without switches."""
    for bound, limit in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if options.get(bound) is True:
            options[bound] = options.pop(limit)
        elif options.get(bound) is False:
            del options[bound]
    return options
