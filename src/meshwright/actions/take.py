"""Take: do steps one after the other; each is told before it is done, and nothing beside them is.

Whoever is killed between two of them has done those before. Until the pointer has moved, what ran runs on.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from meshwright.actions.activate import activate
from meshwright.model.identity import Digest
from meshwright.model.value import value
from meshwright.release.graph import Files, graph_of
from meshwright.release.keys import SigningKey
from meshwright.release.log import Head
from meshwright.workspace.steps import Activate, Ask, Keep, Record, Rehearse, Step, Verify
from meshwright.workspace.trust import record
from meshwright.workspace.workspace import Workspace

Rehearsal = Callable[[Files, Digest, Digest | None], int | None]
"""Builds the DAGs in which a release differs from the one before. Raises `Refused`."""

Tell = Callable[[Step], object]
"""Hears of each step before it is taken."""


def silently(step: Step) -> None:
    """Tell nobody."""


@value
class Hand:
    """How steps are taken: who signs records, and when; `after` is the record that theirs must follow, None for any."""

    workspace: Workspace
    signer: tuple[str, SigningKey]
    now: datetime
    after: Head | None = None
    rehearse: Rehearsal | None = None
    tell: Tell = silently


def take(steps: Iterable[Step], hand: Hand) -> int | None:
    """Take steps in their order; return how many DAGs a rehearsal among them has built.

    Raises `Overtaken` when the log has gone on, `Corrupt` for files that are not what was released, and `Refused` where
    the rehearsal does.
    """
    rehearsed = None
    for step in steps:
        hand.tell(step)
        match step:
            case Rehearse(release=release, before=before):
                rehearsed = hand.rehearse(hand.workspace.store(), release, before) if hand.rehearse else None
            case _:
                _take(step, hand)
    return rehearsed


def _take(step: Keep | Record | Ask | Verify | Activate, hand: Hand) -> None:
    workspace = hand.workspace
    match step:
        case Keep(release=made):
            workspace.store().put(made)
        case Record(body=body):
            record(workspace, body, hand.signer, hand.now, after=hand.after)
        case Verify(release=digest):
            workspace.store().verify(digest)
        case Activate(release=digest):
            activate(workspace, graph_of(workspace.store(), digest), digest, hand.now)
        case Ask():
            """Others say yes, or no: it is waited for, by whoever takes the steps after it."""
