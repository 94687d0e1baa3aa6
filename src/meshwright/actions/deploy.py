"""Deploy: make a release the one that an environment runs.

All of the release is verified first; the pointer moves last, and only if nothing else has happened since: else what is
newest then is looked at. Whatever goes wrong before, the old release stays live.
"""

from dataclasses import replace
from datetime import datetime

from meshwright.actions.take import Hand, Rehearsal, Tell, silently, take
from meshwright.model.errors import NotFound
from meshwright.model.identity import Digest
from meshwright.model.value import value
from meshwright.release.chain import chain
from meshwright.release.entry import GATE
from meshwright.release.graph import listing_of
from meshwright.release.log import History
from meshwright.workspace.retry import look_again
from meshwright.workspace.steps import deploying
from meshwright.workspace.trust import gate_key, history
from meshwright.workspace.workspace import Workspace


@value
class Deployment:
    """What the environment runs now, and what it ran before; both the same when nothing had to be done.

    `rehearsed` is how many DAGs were built before; None where that was not asked for, or Airflow is not installed.
    """

    environment: str
    release: Digest
    before: Digest | None
    products: int
    rehearsed: int | None = None

    @property
    def is_new(self) -> bool:
        """Tell whether the environment runs something else now."""
        return self.release != self.before


def deploy(workspace: Workspace, now: datetime, rehearse: Rehearsal | None = None, tell: Tell = silently) -> Deployment:
    """Make the newest release that follows what the environment runs the one that runs there, once it was rehearsed."""
    hand = Hand(workspace, (GATE, gate_key(workspace, now)), now, rehearse=rehearse, tell=tell)
    return look_again(lambda: _deploy(hand))


def _deploy(hand: Hand) -> Deployment:
    known = history(hand.workspace)
    found = chain(known, hand.workspace.settings.environment)
    if found.tip is None:
        raise NotFound("nothing has been released yet", hint="`mesh submit` makes the first release")
    return switch(known, found.runs, found.tip, hand)


def switch(known: History, before: Digest | None, release: Digest, hand: Hand) -> Deployment:
    """Verify all of a release, rehearse it, then let the environment run it. Raises `Overtaken` if the log went on."""
    known.refuse_revoked(release)
    environment = hand.workspace.settings.environment
    steps = deploying(environment, before, release, rehearsed=hand.rehearse is not None)
    rehearsed = take(steps, replace(hand, after=known.head))
    products = len(listing_of(hand.workspace.store(), release).heads)
    return Deployment(environment, release, before, products, rehearsed)
