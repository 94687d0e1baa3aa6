"""Schema: what editors are told of the policies, as JSON Schema: names, severities, parameters with what they say."""

from typing import Any

from meshwright.gate.policies.parameters import Parameter, parameters_of, schema_of, value_text
from meshwright.gate.policies.policy import Level, Policy
from meshwright.gate.policies.registry import POLICIES, of_packages
from meshwright.model.policy import EFFECTIVE_FROM, SEVERITY

_LEVEL = {"type": "string", "enum": [*Level]}
_DAY = {
    "type": "string",
    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    "description": "From this day on an error refuses a plan; before, it is a warning that says so",
}


def policies_schema() -> dict[str, Any]:
    """Return the schema of `policies`: those that are built in, and those that installed packages bring along."""
    known = (*POLICIES.values(), *of_packages())
    return {"properties": {p.name: _policy(p) for p in known}, "additionalProperties": False}


def _policy(policy: Policy[Any]) -> dict[str, Any]:
    keys = {
        SEVERITY: {**_LEVEL, "description": f"else `{policy.severity}`"},
        EFFECTIVE_FROM: _DAY,
        **{p.name: _parameter(p) for p in parameters_of(policy)},
    }
    mapping = {"type": "object", "properties": keys, "additionalProperties": False}
    return {"description": policy.title, "anyOf": [_LEVEL, mapping]}


def _parameter(parameter: Parameter) -> dict[str, Any]:
    says = f"{parameter.says}; else {value_text(parameter.default)}"
    return {**schema_of(parameter.kind), "description": says}
