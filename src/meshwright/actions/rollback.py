"""Rollback: make an earlier release run again. The log says so in a new record; nothing in it is taken back."""

from datetime import datetime

from meshwright.actions.deploy import Deployed, point
from meshwright.actions.proposal import release_named
from meshwright.actions.trust import history
from meshwright.actions.workspace import Workspace
from meshwright.model.errors import NotFound


def rollback(workspace: Workspace, to: str | None, now: datetime) -> Deployed:
    """Go back to the release whose digest begins with `to`, else to the one that ran before. Raises `NotFound`."""
    known = history(workspace)
    environment = workspace.settings.environment
    ran = [release for _, release in known.pointers(environment)]
    if not ran:
        raise NotFound(f"nothing is deployed in `{environment}` yet", hint="`mesh deploy` makes a release run")
    if to is not None:
        return point(workspace, release_named(known, to), now)
    earlier = [release for release in ran if release != ran[-1]]
    if not earlier:
        raise NotFound(f"release {ran[-1].short} is the only one that has run in `{environment}`")
    return point(workspace, earlier[-1], now)
