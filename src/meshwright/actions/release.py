"""Release: freeze what the gate allows. What it does not allow yet is submitted, for those who are asked to see.

Releasing the same again makes no new release and no new record.
"""

from dataclasses import dataclass
from datetime import datetime

from meshwright.actions.plan import Judged, plan
from meshwright.actions.trust import gate_key, history, record
from meshwright.actions.workspace import Workspace
from meshwright.gate.judge import Allowed, NeedsApproval
from meshwright.model.identity import Digest
from meshwright.release.cut import cut
from meshwright.release.entry import GATE, Released, Submitted


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the gate said, and the release that came of it; `is_new` when it had not been made before."""

    judged: Judged
    release: Digest | None = None
    is_new: bool = False


def release(workspace: Workspace, author: str, now: datetime) -> Outcome:
    """Release this mesh's files in the name of `author`, if the gate allows it."""
    key = gate_key(workspace, now)
    judged = plan(workspace, author, now)
    proposal, verdict = judged.proposal, judged.verdict
    if proposal.plan.is_empty and isinstance(verdict, Allowed):
        return Outcome(judged, proposal.base)
    known = history(workspace)
    match verdict:
        case NeedsApproval():
            asked = Submitted(proposal.plan.digest, author)
            if not any(e.body == asked for e in known.entries):
                record(workspace, asked, (GATE, key), now)
            return Outcome(judged)
        case Allowed(approvals=given):
            made = cut(proposal.plan, verdict)
            workspace.store().put(made)
            last = known.made()[-1:]
            if last and (last[0].release, last[0].base) == (made.digest, proposal.base):
                return Outcome(judged, made.digest)
            people = tuple(sorted(a.person for a in given))
            entry = Released(made.digest, proposal.base, proposal.plan.digest, author, people)
            record(workspace, entry, (GATE, key), now, after=known.head)
            return Outcome(judged, made.digest, is_new=True)
        case _:
            return Outcome(judged)
