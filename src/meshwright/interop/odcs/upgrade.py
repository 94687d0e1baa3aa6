"""Upgrade: how does a later version of ODCS say what a contract says?

Only what a version changed is touched; everything else, known or not, stays as it is: ids, prices, roles, custom
properties, `${VARIABLES}`, nulls.
"""

from collections.abc import Callable, Mapping
from typing import Any

from meshwright.manifest.standards.checks import METRIC_OF_RULE

Plain = Mapping[str, Any]

_CLOSED = "v3.1.0"
"""The version that closed the shape of checks, and gave lists of people a name."""

_OF_A_CHECK = {
    *("id", "name", "description", "type", "dimension", "method", "severity", "businessImpact", "unit", "schedule"),
    *("scheduler", "tags", "authoritativeDefinitions", "customProperties", "metric", "rule", "arguments", "query"),
    *("engine", "implementation", "mustBe", "mustNotBe", "mustBeGreaterThan", "mustBeGreaterOrEqualTo"),
    *("mustBeLessThan", "mustBeLessOrEqualTo", "mustBeBetween", "mustNotBeBetween"),
}
_BOUNDS = {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}


def upgraded(contract: Plain, version: str) -> dict[str, Any]:
    """Return a contract as a version says it that is not older than its own."""
    old = str(contract["apiVersion"]) < _CLOSED <= version
    made = _rewritten(contract) if old else dict(contract)
    return {**made, "apiVersion": version}


def _rewritten(contract: Plain) -> dict[str, Any]:
    """Return what v3.0 says, as v3.1 says it."""
    made = dict(contract)
    if isinstance(made.get("team"), list):
        made["team"] = {"members": made["team"]}
    if isinstance(made.get("servers"), list):
        made["servers"] = [_server(server) for server in made["servers"]]
    if isinstance(made.get("schema"), list):
        made["schema"] = [_element(table) for table in made["schema"]]
    return made


def _server(server: Plain) -> Plain:
    return {("stagingDir" if key == "staging_dir" else key): value for key, value in server.items()}


def _element(element: Plain) -> dict[str, Any]:
    """Return a table, a column or the items of one, and all that is in it."""
    parts: dict[str, Callable[[Any], Any]] = {
        "properties": lambda found: [_element(part) for part in found],
        "items": _element,
        "quality": lambda found: [_check(check) for check in found],
        "logicalTypeOptions": _options,
    }
    return {key: parts[key](value) if key in parts and value else value for key, value in element.items()}


def _options(options: Plain) -> dict[str, Any]:
    """Return the options of a type: what excludes a bound was a switch, and is the bound."""
    made = dict(options)
    for switch, bound in _BOUNDS.items():
        if made.get(switch) is True and bound in made:
            made[switch] = made.pop(bound)
        elif isinstance(made.get(switch), bool):
            del made[switch]
    return made


def _check(check: Plain) -> dict[str, Any]:
    """Return a check: a rule is a metric, and what v3.1 has no key for is a custom property."""
    made = {key: value for key, value in check.items() if key in _OF_A_CHECK}
    extra = {key: value for key, value in check.items() if key not in _OF_A_CHECK}
    if made.get("type", "library") == "library" and "rule" in made and "metric" not in made:
        rule = made.pop("rule")
        made = {"metric": METRIC_OF_RULE.get(rule, rule), **made}
    if "validValues" in extra and made.get("metric") == "invalidValues" and "arguments" not in made:
        made["arguments"] = {"validValues": extra.pop("validValues")}
    if extra:
        kept = [{"property": key, "value": value} for key, value in extra.items()]
        made["customProperties"] = [*(made.get("customProperties") or ()), *kept]
    return made
