"""Approve, reject: one person says yes or no to one plan that was submitted.

Signed with the person's own key where the mesh knows one; else by the gate, for somebody whom this machine has let in.
Neither needs the author's files.
"""

from datetime import datetime

from meshwright.gate.approvals import platform_team
from meshwright.gate.judge import roles_of
from meshwright.model.errors import Refused
from meshwright.model.identity import Digest
from meshwright.release.entry import Approved, Rejected
from meshwright.workspace.proposal import propose
from meshwright.workspace.submissions import Submission, submission
from meshwright.workspace.trust import record, voice
from meshwright.workspace.workspace import Workspace


def approve(workspace: Workspace, person: str, plan: str | None, now: datetime) -> Digest:
    """Approve the plan whose digest begins so, or that of the files here, as `person`; return its digest.

    Raises `NotFound` for a plan that does not wait, `Refused` for one that is outdated, for somebody's own, and for
    somebody who is not asked.
    """
    found = _found(workspace, plan, now)
    asked, proposal = found.waiting.asked, found.judged.proposal
    if found.is_outdated:
        hint = f"its author, {asked.author}, submits it again"
        raise Refused(f"plan {asked.plan.short} is outdated: others have changed the same since", hint=hint)
    if asked.author == person:
        raise Refused("nobody approves their own plan", hint="`mesh plan` names those who can")
    roles = roles_of(proposal.plan, person, asked.author)
    if not roles:
        raise Refused(f"this plan does not need the approval of `{person}`", hint="`mesh plan` names those it needs")
    record(workspace, Approved(asked.plan, person, roles), voice(workspace, proposal.current, person, now), now)
    return asked.plan


def reject(workspace: Workspace, person: str, plan: str, reason: str, now: datetime) -> Digest:
    """Reject the plan whose digest begins so: it waits no longer. Its author takes it back in the same way.

    Raises `NotFound` for a plan that does not wait, `Refused` for somebody who is neither asked nor of the platform
    team.
    """
    found = _found(workspace, plan, now)
    asked, proposal = found.waiting.asked, found.judged.proposal
    team = platform_team(proposal.current.mesh) if proposal.current else ()
    if person not in {asked.author, *team} and not roles_of(proposal.plan, person, asked.author):
        raise Refused(f"`{person}` is not asked about this plan", hint="`mesh plan` names those who are")
    signer = voice(workspace, proposal.current, person, now, instead=True)
    record(workspace, Rejected(asked.plan, person, reason), signer, now)
    return asked.plan


def _found(workspace: Workspace, plan: str | None, now: datetime) -> Submission:
    return submission(workspace, plan or propose(workspace, now).plan.digest.hex, now)
