"""Judge: may this plan be released, with the approvals it has?

Nobody approves their own. An approval counts for the plan whose digest it names, and in the roles that it names: who
was asked as the owner of a product has not spoken as a steward. One person who holds two roles may speak in both. What
a finding stops, no approval starts.
"""

from collections.abc import Iterable
from dataclasses import replace

from meshwright.gate.approvals import Approval, Need
from meshwright.gate.plan import Plan
from meshwright.model.diagnostic import Diagnostic, errors
from meshwright.model.value import value


@value
class Allowed:
    """It may be released: by these approvals, or, when there are none, because nobody had to be asked."""

    approvals: tuple[Approval, ...] = ()


@value
class NeedsApproval:
    """It waits for these; `people` of each are those who may still say yes."""

    missing: tuple[Need, ...]


@value
class Refused:
    """It cannot be released as it is; approvals would not help."""

    findings: tuple[Diagnostic, ...]


Verdict = Allowed | NeedsApproval | Refused


def judge(plan: Plan, approvals: Iterable[Approval], *, author: str | None = None) -> Verdict:
    """Return whether a plan of `author` may be released."""
    stopping = errors(plan.findings)
    if stopping:
        return Refused(stopping)
    counted = tuple(a for a in approvals if a.plan == plan.digest and a.person != author)
    open_needs = [n for n in plan.needs if n.independent or author not in n.people]
    asked = [replace(n, people=candidates(plan, n, author)) for n in open_needs]
    missing = tuple(n for n in asked if not any(_answers(a, n) for a in counted))
    if missing:
        return NeedsApproval(missing)
    return Allowed(tuple(a for a in counted if any(_answers(a, n) for n in asked)))


def _answers(approval: Approval, need: Need) -> bool:
    return approval.person in need.people and need.role in approval.roles


def roles_of(plan: Plan, person: str, author: str | None) -> tuple[str, ...]:
    """Return the roles in which a person is asked about a plan; none for its author."""
    if person == author:
        return ()
    return tuple(dict.fromkeys(n.role for n in plan.needs if person in candidates(plan, n, author)))


def candidates(plan: Plan, need: Need, author: str | None) -> tuple[str, ...]:
    """Return who may give an approval: those asked; where none is left beside the author, the platform team."""
    others = tuple(p for p in need.people if p != author)
    return others or tuple(p for p in plan.fallback if p != author)
