"""Submit: propose this repository's domains. What the gate allows is released at once; the rest waits for approvals.

Judged is what the files change of the newest release, whoever made it. When somebody else releases in the meantime it
is judged again, on what they made: of several who submit at once, nobody's change is lost.
"""

from dataclasses import dataclass
from datetime import datetime

from meshwright.actions.plan import Judged, plan
from meshwright.actions.retry import look_again
from meshwright.actions.trust import gate_key, history, record
from meshwright.actions.workspace import Workspace
from meshwright.gate.judge import Allowed, NeedsApproval
from meshwright.model.identity import Digest
from meshwright.release.cut import cut
from meshwright.release.entry import GATE, Released, Submitted
from meshwright.release.graph import listing_of
from meshwright.release.keys import SigningKey
from meshwright.release.log import History


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the gate said, and the release that came of it; `is_new` when it had not been made before."""

    judged: Judged
    release: Digest | None = None
    is_new: bool = False


def submit(workspace: Workspace, author: str, now: datetime) -> Outcome:
    """Propose this mesh's files in the name of `author`, and release them if the gate allows it."""
    key = gate_key(workspace, now)
    return look_again(lambda: _submit(workspace, author, key, now))


def _submit(workspace: Workspace, author: str, key: SigningKey, now: datetime) -> Outcome:
    judged = plan(workspace, author, now)
    proposal, verdict = judged.proposal, judged.verdict
    known = proposal.history or history(workspace)
    match verdict:
        case Allowed() if proposal.plan.is_empty:
            return Outcome(judged, proposal.base)
        case Allowed():
            return Outcome(judged, _release(workspace, judged, (author, key), known, now), is_new=True)
        case NeedsApproval():
            asked = Submitted(proposal.plan.digest, author)
            if not any(e.body == asked for e in known.entries):
                record(workspace, asked, (GATE, key), now)
            return Outcome(judged)
        case _:
            return Outcome(judged)


def _release(
    workspace: Workspace, judged: Judged, who: tuple[str, SigningKey], known: History, now: datetime
) -> Digest:
    author, key = who
    store, base = workspace.store(), judged.proposal.base
    made = cut(judged.proposal.plan, judged.verdict, None if base is None else listing_of(store, base))
    store.put(made)
    given = judged.verdict.approvals if isinstance(judged.verdict, Allowed) else ()
    people = tuple(sorted(a.person for a in given))
    entry = Released(made.digest, base, judged.proposal.plan.digest, author, people)
    record(workspace, entry, (GATE, key), now, after=known.head)
    return made.digest
