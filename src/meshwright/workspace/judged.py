"""Judged: a proposal with the gate's word on it."""

from meshwright.gate.approvals import Approval
from meshwright.gate.judge import Verdict
from meshwright.model.value import value
from meshwright.release.voices import approvals
from meshwright.workspace.proposal import Proposal


@value
class Judged:
    """A proposal, and what the gate says to it now, with the approvals that it has."""

    proposal: Proposal
    verdict: Verdict


def given(proposal: Proposal) -> tuple[Approval, ...]:
    """Return who said yes so far; before the first release, nobody is asked."""
    if proposal.history is None or proposal.current is None:
        return ()
    return approvals(proposal.history, proposal.plan.digest, proposal.current.mesh)
