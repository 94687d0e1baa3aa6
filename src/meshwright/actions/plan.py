"""Plan: what would these files change, for whom, and what does the gate say to it? Changes nothing itself."""

from dataclasses import dataclass
from datetime import datetime

from meshwright.actions.proposal import Proposal, approvals, propose
from meshwright.actions.workspace import Workspace
from meshwright.gate.judge import Verdict, judge


@dataclass(frozen=True, slots=True)
class Judged:
    """A proposal, and what the gate says to it now, with the approvals that it has."""

    proposal: Proposal
    verdict: Verdict


def plan(workspace: Workspace, author: str | None, now: datetime, against: str | None = None) -> Judged:
    """Return what would change, and the gate's word on it."""
    proposal = propose(workspace, now, against)
    given = approvals(proposal, workspace.settings.environment)
    return Judged(proposal, judge(proposal.plan, given, author=author))
