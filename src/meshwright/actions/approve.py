"""Approve: one person says yes to one plan.

Signed with the person's own key where the mesh knows one; else by the gate, for somebody whom this machine has let in.
"""

from datetime import datetime

from meshwright.actions.proposal import Proposal, propose
from meshwright.actions.trust import gate_key, history, person_key, record
from meshwright.actions.workspace import Workspace
from meshwright.gate.judge import candidates
from meshwright.model.errors import NotFound, Refused
from meshwright.model.identity import Digest
from meshwright.release.entry import GATE, Approved, Submitted
from meshwright.release.keys import SigningKey


def approve(workspace: Workspace, person: str, plan: str | None, now: datetime) -> Digest:
    """Approve the plan of this mesh's files as `person`, and return its digest.

    With `plan`, the beginning of a digest, only if that is the plan. Raises `Refused` for a plan that has changed, for
    somebody's own, and for somebody who is not asked.
    """
    proposal = propose(workspace, now)
    digest = proposal.plan.digest
    if plan is not None and not digest.hex.startswith(plan):
        hint = "look at it again with `mesh plan`, then approve that"
        raise Refused(f"the plan has changed: it is {digest.short} now, not {plan}", hint=hint)
    author = _author(workspace, digest)
    if author == person:
        raise Refused("nobody approves their own plan", hint="`mesh plan` names those who can")
    if not any(person in candidates(proposal.plan, need, author) for need in proposal.plan.needs):
        raise Refused(f"this plan does not need the approval of `{person}`", hint="`mesh plan` names those it needs")
    record(workspace, Approved(digest, person), _signer(workspace, proposal, person, now), now)
    return digest


def _author(workspace: Workspace, plan: Digest) -> str:
    bodies = [e.body for e in history(workspace).entries]
    found = [b.author for b in bodies if isinstance(b, Submitted) and b.plan == plan]
    if not found:
        raise NotFound(f"plan {plan.short} has not been submitted", hint="its author runs `mesh submit`")
    return found[-1]


def _signer(workspace: Workspace, proposal: Proposal, person: str, now: datetime) -> tuple[str, SigningKey]:
    known = proposal.current.mesh.person(person) if proposal.current else None
    if known is None or known.public_key is None:
        return GATE, gate_key(workspace, now)
    key = person_key(workspace, person)
    if key.public != known.public_key:
        raise Refused(f"the private key of `{person}` here is not the one that the mesh knows")
    return person, key
