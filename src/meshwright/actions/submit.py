"""Submit: propose what the files of this repository change. What the gate allows is released at once.

Judged is what the files change of the newest release, whoever made it. When somebody else releases in the meantime it
is judged again, on what they made: of several who submit at once, nobody's change is lost. What waits for approvals, or
for the gate where its key is not kept here, is put into the store whole: nobody needs these files for it any more.
"""

from datetime import datetime

from meshwright.actions.plan import plan
from meshwright.actions.take import Hand, Tell, silently, take
from meshwright.gate.judge import Allowed
from meshwright.model.identity import Digest
from meshwright.model.value import value
from meshwright.release.entry import GATE
from meshwright.release.keys import SigningKey
from meshwright.workspace.judged import Judged
from meshwright.workspace.retry import look_again
from meshwright.workspace.steps import released_by, submitting
from meshwright.workspace.trust import gate_key_here, history, voice
from meshwright.workspace.workspace import Workspace


@value
class Outcome:
    """What the gate said, and the release that came of it; `is_new` when it had not been made before."""

    judged: Judged
    release: Digest | None = None
    is_new: bool = False


def submit(workspace: Workspace, author: str, now: datetime, tell: Tell = silently) -> Outcome:
    """Propose this mesh's files in the name of `author`, and release them if the gate allows it, and is here."""
    key = gate_key_here(workspace, now)
    return look_again(lambda: _submit(workspace, author, key, now, tell))


def _submit(workspace: Workspace, author: str, key: SigningKey | None, now: datetime, tell: Tell) -> Outcome:
    judged = plan(workspace, author, now)
    proposal = judged.proposal
    steps = submitting(workspace.store(), judged, author, at_gate=key is not None)
    made = released_by(steps)
    if made is not None and key is not None:
        known = proposal.history or history(workspace)
        take(steps, Hand(workspace, (GATE, key), now, known.head, tell=tell))
        return Outcome(judged, made, is_new=True)
    if steps:
        signer = voice(workspace, proposal.current, author, now, instead=True)
        take(steps, Hand(workspace, signer, now, tell=tell))
    is_made = isinstance(judged.verdict, Allowed) and proposal.plan.is_empty
    return Outcome(judged, proposal.base if is_made else None)
