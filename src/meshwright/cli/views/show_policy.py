"""mesh policy explain: what does a policy ask, why, and what can be decided of it?"""

from collections.abc import Iterator
from typing import Any

import click

from meshwright.gate.codes import MEANING, Code
from meshwright.gate.policies.parameters import parameters_of, value_text
from meshwright.gate.policies.policy import Policy
from meshwright.gate.policies.registry import POLICIES, of_packages, policy_named


def policy_of(name: str) -> Policy[Any]:
    """Return the policy of that name, or of the code of what it finds. Raises `NotFound`."""
    code = name.upper()
    coded = next((p for p in POLICIES.values() if p.code == code), None)
    if coded is None and "-" in name and name == code:
        coded = next((p for p in of_packages() if p.code == code), None)
    return coded or policy_named(name)


def policy_text(policy: Policy[Any]) -> str:
    """Return all that is to be said of a policy, as people read it."""
    return "\n".join(_lines(policy))


def policy_plain(policy: Policy[Any]) -> dict[str, object]:
    """Return the same for programs."""
    return {
        "policy": policy.name,
        "code": policy.code,
        "severity": policy.severity,
        "package": policy.package or None,
        "why": policy.why,
        "parameters": [
            {"name": p.name, "default": value_text(p.default), "says": p.says, "stricter": p.order.says}
            for p in parameters_of(policy)
        ],
    }


def _lines(policy: Policy[Any]) -> Iterator[str]:
    of = f", of the package {policy.package}" if policy.package else ""
    yield f"{click.style(policy.name, bold=True)} ({policy.code}, {policy.severity} where nobody decides{of})"
    yield ""
    yield policy.why
    parameters = parameters_of(policy)
    if parameters:
        yield ""
        yield click.style("What can be decided of it, beside its severity:", bold=True)
        for p in parameters:
            yield f"  {p.name}: {p.says}; else {value_text(p.default)} (stricter: {p.order.says})"
    if not policy.package:
        yield ""
        meaning = MEANING[Code(policy.code)]
        yield f"It finds {meaning}: `mesh explain {policy.code}` shows an example, and what mends it."
