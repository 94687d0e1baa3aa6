"""Plan: what would these files change, for whom, and what does the gate say to it? Changes nothing itself."""

from dataclasses import dataclass
from datetime import datetime

from meshwright.actions.proposal import Proposal, propose
from meshwright.actions.workspace import Workspace
from meshwright.gate.approvals import Approval
from meshwright.gate.judge import Verdict, judge
from meshwright.release.voices import approvals


@dataclass(frozen=True, slots=True)
class Judged:
    """A proposal, and what the gate says to it now, with the approvals that it has."""

    proposal: Proposal
    verdict: Verdict


def plan(workspace: Workspace, author: str | None, now: datetime, against: str | None = None) -> Judged:
    """Return what would change, and the gate's word on it."""
    proposal = propose(workspace, now, against)
    return Judged(proposal, judge(proposal.plan, given(proposal), author=author))


def given(proposal: Proposal) -> tuple[Approval, ...]:
    """Return who said yes so far; before the first release, nobody is asked."""
    if proposal.history is None or proposal.current is None:
        return ()
    return approvals(proposal.history, proposal.plan.digest, proposal.current.mesh)
