"""Release: make releases of what was submitted, and is allowed now. Needs nobody's files: only the gate's key.

Each is judged again on the newest release. What still waits, and what is refused or outdated, is left where it is.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from meshwright.gate.judge import Allowed
from meshwright.model.identity import Digest
from meshwright.release.cut import cut
from meshwright.release.entry import GATE, Released
from meshwright.release.graph import listing_of
from meshwright.release.keys import SigningKey
from meshwright.release.voices import Waiting
from meshwright.workspace.against import base_of
from meshwright.workspace.judged import Judged
from meshwright.workspace.retry import look_again
from meshwright.workspace.submissions import Submission, judged_on, submission, submissions, waiting_on
from meshwright.workspace.trust import gate_key, history, record
from meshwright.workspace.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Handled:
    """A submission, and the release that came of it; None where it waits on."""

    submission: Submission
    release: Digest | None = None


def release(workspace: Workspace, plan: str | None, now: datetime) -> tuple[Handled, ...]:
    """Release what waits and is allowed: all of it, oldest first, or one plan. Raises `NotFound` where it waits not."""
    key = gate_key(workspace, now)
    named = [submission(workspace, plan, now)] if plan else submissions(workspace, now)
    handled = (look_again(partial(_handle, workspace, one.waiting, key, now)) for one in named)
    return tuple(one for one in handled if one is not None)


def make(workspace: Workspace, judged: Judged, author: str, key: SigningKey, now: datetime) -> Digest:
    """Make a release of a plan that is allowed. Raises `Overtaken` when the log has gone on since."""
    proposal, verdict = judged.proposal, judged.verdict
    store, base = workspace.store(), proposal.base
    made = cut(proposal.plan, verdict, None if base is None else listing_of(store, base))
    store.put(made)
    given = verdict.approvals if isinstance(verdict, Allowed) else ()
    people = tuple(sorted({a.person for a in given}))
    entry = Released(made.digest, base, proposal.plan.digest, author, proposal.plan.parts, people)
    known = proposal.history or history(workspace)
    record(workspace, entry, (GATE, key), now, after=known.head)
    return made.digest


def _handle(workspace: Workspace, one: Waiting, key: SigningKey, now: datetime) -> Handled | None:
    """Judge a submission as it stands after what was released just before; None where somebody else has released it."""
    base = base_of(workspace, None)
    if one not in waiting_on(base):
        return None
    found = judged_on(workspace, base, one, now)
    if found.is_outdated or not isinstance(found.judged.verdict, Allowed):
        return Handled(found)
    return Handled(found, make(workspace, found.judged, one.asked.author, key, now))
