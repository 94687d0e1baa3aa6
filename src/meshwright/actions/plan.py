"""Plan: what would these files change, for whom, and what does the gate say to it? Changes nothing itself."""

from datetime import datetime

from meshwright.gate.judge import judge
from meshwright.workspace.judged import Judged, given
from meshwright.workspace.proposal import propose
from meshwright.workspace.workspace import Workspace


def plan(workspace: Workspace, author: str | None, now: datetime, against: str | None = None) -> Judged:
    """Return what would change, and the gate's word on it."""
    proposal = propose(workspace, now, against)
    return Judged(proposal, judge(proposal.plan, given(proposal), author=author))
