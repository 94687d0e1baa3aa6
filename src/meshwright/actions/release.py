"""Release: make releases of what was submitted, and is allowed now. Needs nobody's files: only the gate's key.

Each is judged again on the newest release. What still waits, and what is refused or outdated, is left where it is.
"""

from dataclasses import replace
from datetime import datetime
from functools import partial

from meshwright.actions.take import Hand, Tell, silently, take
from meshwright.gate.judge import Allowed
from meshwright.model.identity import Digest
from meshwright.model.value import value
from meshwright.release.entry import GATE
from meshwright.release.voices import Waiting
from meshwright.workspace.against import base_of
from meshwright.workspace.retry import look_again
from meshwright.workspace.steps import released_by, releasing
from meshwright.workspace.submissions import Submission, judged_on, submission, submissions, waiting_on
from meshwright.workspace.trust import gate_key, history
from meshwright.workspace.workspace import Workspace


@value
class Handled:
    """A submission, and the release that came of it; None where it waits on."""

    submission: Submission
    release: Digest | None = None


def release(workspace: Workspace, plan: str | None, now: datetime, tell: Tell = silently) -> tuple[Handled, ...]:
    """Release what waits and is allowed: all of it, oldest first, or one plan. Raises `NotFound` where it waits not."""
    hand = Hand(workspace, (GATE, gate_key(workspace, now)), now, tell=tell)
    named = [submission(workspace, plan, now)] if plan else submissions(workspace, now)
    handled = (look_again(partial(_handle, one.waiting, hand)) for one in named)
    return tuple(one for one in handled if one is not None)


def _handle(one: Waiting, hand: Hand) -> Handled | None:
    """Judge a submission as it stands after what was released just before; None where somebody else has released it."""
    workspace = hand.workspace
    base = base_of(workspace, None)
    if one not in waiting_on(base):
        return None
    found = judged_on(workspace, base, one, hand.now)
    if found.is_outdated or not isinstance(found.judged.verdict, Allowed):
        return Handled(found)
    steps = releasing(workspace.store(), found.judged, one.asked.author)
    known = base.history or history(workspace)
    take(steps, replace(hand, after=known.head))
    return Handled(found, released_by(steps))
