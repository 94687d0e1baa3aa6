"""Rollback: make an earlier release run again. The log says so in a new record; nothing in it is taken back."""

from datetime import datetime

from meshwright.actions.against import release_named
from meshwright.actions.deploy import Deployment, point
from meshwright.actions.trust import history
from meshwright.actions.workspace import Workspace
from meshwright.model.errors import NotFound
from meshwright.model.identity import Digest


def rollback(workspace: Workspace, to: str | None, now: datetime) -> Deployment:
    """Go back to the release whose digest begins with `to`, else to the one that ran before. Raises `NotFound`."""
    known = history(workspace)
    environment = workspace.settings.environment
    ran = _path([release for _, release in known.pointers(environment)])
    if not ran:
        raise NotFound(f"nothing is deployed in `{environment}` yet", hint="`mesh deploy` makes a release run")
    if to is not None:
        return point(workspace, release_named(known, to), now)
    if len(ran) == 1:
        raise NotFound(f"nothing ran in `{environment}` before release {ran[-1].short}", hint="`--to` names any other")
    return point(workspace, ran[-2], now)


def _path(pointers: list[Digest]) -> list[Digest]:
    """Return how the environment came to what it runs: what was rolled back is no longer on the way."""
    path: list[Digest] = []
    for release in pointers:
        path = path[: path.index(release)] if release in path else path
        path.append(release)
    return path
