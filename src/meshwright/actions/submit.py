"""Submit: propose what the files of this repository change. What the gate allows is released at once.

Judged is what the files change of the newest release, whoever made it. When somebody else releases in the meantime it
is judged again, on what they made: of several who submit at once, nobody's change is lost. What waits for approvals, or
for the gate where its key is not kept here, is put into the store whole: nobody needs these files for it any more.
"""

from dataclasses import dataclass
from datetime import datetime

from meshwright.actions.plan import plan
from meshwright.actions.release import make
from meshwright.gate.judge import Allowed, Refused
from meshwright.model.identity import Digest
from meshwright.release.cut import freeze
from meshwright.release.entry import Submitted
from meshwright.release.graph import listing_of
from meshwright.release.keys import SigningKey
from meshwright.workspace.against import Base
from meshwright.workspace.judged import Judged
from meshwright.workspace.retry import look_again
from meshwright.workspace.submissions import is_waiting
from meshwright.workspace.trust import gate_key_here, record, voice
from meshwright.workspace.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the gate said, and the release that came of it; `is_new` when it had not been made before."""

    judged: Judged
    release: Digest | None = None
    is_new: bool = False


def submit(workspace: Workspace, author: str, now: datetime) -> Outcome:
    """Propose this mesh's files in the name of `author`, and release them if the gate allows it, and is here."""
    key = gate_key_here(workspace, now)
    return look_again(lambda: _submit(workspace, author, key, now))


def _submit(workspace: Workspace, author: str, key: SigningKey | None, now: datetime) -> Outcome:
    judged = plan(workspace, author, now)
    proposal = judged.proposal
    match judged.verdict:
        case Refused():
            return Outcome(judged)
        case Allowed() if proposal.plan.is_empty:
            return Outcome(judged, proposal.base)
        case Allowed() if key is not None:
            return Outcome(judged, make(workspace, judged, author, key, now), is_new=True)
        case _:
            if not is_waiting(Base(proposal.history, proposal.base, proposal.current), proposal.plan.digest, author):
                _keep(workspace, judged, author, now)
            return Outcome(judged)


def _keep(workspace: Workspace, judged: Judged, author: str, now: datetime) -> None:
    """Put what is proposed into the store, then say in the log that it waits."""
    proposal = judged.proposal
    signer = voice(workspace, proposal.current, author, now, instead=True)
    store, base = workspace.store(), proposal.base
    frozen = freeze(proposal.plan.proposed, None if base is None else listing_of(store, base))
    store.put(frozen)
    asked = Submitted(proposal.plan.digest, author, base, frozen.digest, proposal.plan.parts)
    record(workspace, asked, signer, now)
