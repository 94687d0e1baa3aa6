"""Rollback: make an earlier release run again. The log says so in a new record; nothing in it is taken back.

Nobody goes back further than they meant to: of two who roll back at the same moment one does, and the other is told;
said again after it was done, or was killed, it is refused unless it names the release.
"""

from datetime import datetime

from meshwright.actions.deploy import Deployment, switch
from meshwright.actions.take import Hand, Tell, silently
from meshwright.model.errors import NotFound, Refused
from meshwright.model.identity import Digest
from meshwright.release.entry import GATE
from meshwright.release.log import History
from meshwright.workspace.against import release_named
from meshwright.workspace.retry import look_again
from meshwright.workspace.trust import gate_key, history
from meshwright.workspace.workspace import Workspace


def rollback(workspace: Workspace, to: str | None, now: datetime, tell: Tell = silently) -> Deployment:
    """Go back to the release whose digest begins with `to`, else to the one that ran before and is not revoked.

    Raises `NotFound` where there is none, `Refused` for one that is revoked or has never run here, when somebody else
    has just moved the environment, and without `to` when it was rolled back last, to a release that may run.
    """
    hand = Hand(workspace, (GATE, gate_key(workspace, now)), now, tell=tell)
    seen = history(workspace).pointers(workspace.settings.environment)
    return look_again(lambda: _rollback(hand, to, seen))


def _rollback(hand: Hand, to: str | None, seen: tuple[tuple[int, Digest], ...]) -> Deployment:
    known = history(hand.workspace)
    environment = hand.workspace.settings.environment
    pointers = known.pointers(environment)
    if not pointers:
        raise NotFound(f"nothing is deployed in `{environment}` yet", hint="`mesh deploy` makes a release run")
    runs = pointers[-1][1]
    if pointers != seen:
        hint = "see whether you still want to go back from there"
        raise Refused(f"somebody else has just let `{environment}` run release {runs.short}", hint=hint)
    ran = [release for _, release in pointers]
    if to is None:
        _refuse_again(known, ran, environment)
    target = _before(known, ran, environment) if to is None else release_named(known, to)
    if target not in ran:
        raise Refused(f"release {target.short} has never run in `{environment}`", hint="`mesh deploy` is for new ones")
    return switch(known, runs, target, hand)


def _refuse_again(known: History, ran: list[Digest], environment: str) -> None:
    """Raise `Refused` where the last step went back already: who says it once more would go back twice."""
    if ran[-1] not in _path(ran[:-1])[:-1] or ran[-1] in known.revoked:
        return
    earlier = [release for release in _path(ran)[:-1] if release not in known.revoked]
    further = f"`--to {earlier[-1].short}` goes back one release further" if earlier else "`--to` names any other"
    raise Refused(f"`{environment}` was rolled back already: it runs release {ran[-1].short}", hint=further)


def _before(known: History, ran: list[Digest], environment: str) -> Digest:
    earlier = [release for release in _path(ran)[:-1] if release not in known.revoked]
    if not earlier:
        raise NotFound(f"nothing ran in `{environment}` before release {ran[-1].short}", hint="`--to` names any other")
    return earlier[-1]


def _path(pointers: list[Digest]) -> list[Digest]:
    """Return how the environment came to what it runs: what was rolled back is no longer on the way."""
    path: list[Digest] = []
    for release in pointers:
        path = path[: path.index(release)] if release in path else path
        path.append(release)
    return path
