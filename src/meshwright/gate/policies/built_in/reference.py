"""Reference: the policies that are built in, as docs/policies.md shows them: made of the policies themselves."""

from collections.abc import Iterator
from typing import Any

from meshwright.gate.codes import MEANING, Code
from meshwright.gate.policies.parameters import parameters_of, value_text
from meshwright.gate.policies.policy import Policy
from meshwright.gate.policies.registry import POLICIES


def overview() -> str:
    """Return a table of all policies."""
    rows = [f"| [`{p.name}`](#{p.name}) | {p.code} | {p.severity} | {p.title} |" for p in POLICIES.values()]
    return "\n".join(["| policy | code | severity | what it asks |", "|---|---|---|---|", *rows, ""])


def sections() -> str:
    """Return a section for each policy: why it is there, what it finds, what can be decided of it."""
    return "\n".join(line for policy in POLICIES.values() for line in _section(policy))


def _section(policy: Policy[Any]) -> Iterator[str]:
    yield from (f"### {policy.name}", "", policy.why, "")
    yield f"{policy.code}, {policy.severity}: {MEANING[Code(policy.code)]}."
    yield ""
    parameters = parameters_of(policy)
    if parameters:
        yield from ("| parameter | default | what it says | stricter is |", "|---|---|---|---|")
        for p in parameters:
            yield f"| `{p.name}` | {value_text(p.default)} | {p.says} | {p.order.says} |"
        yield ""
