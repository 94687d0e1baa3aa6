"""Deploy: make a release the one that an environment runs.

All of the release is verified first; the pointer moves last, and only if nothing else has happened since. Whatever goes
wrong before, the old release stays live.
"""

from dataclasses import dataclass
from datetime import datetime

from meshwright.actions.trust import gate_key, history, record
from meshwright.actions.workspace import Workspace
from meshwright.graph.graph import MeshGraph
from meshwright.model.errors import NotFound, Refused
from meshwright.model.identity import Digest
from meshwright.release.cut import graph_of
from meshwright.release.entry import GATE, Pointed
from meshwright.release.keys import SigningKey
from meshwright.release.log import History


@dataclass(frozen=True, slots=True)
class Deployment:
    """What the environment runs now, and what it ran before; both the same when nothing had to be done."""

    environment: str
    release: Digest
    before: Digest | None
    products: int

    @property
    def is_new(self) -> bool:
        """Tell whether the environment runs something else now."""
        return self.release != self.before


def deploy(workspace: Workspace, now: datetime) -> Deployment:
    """Make the newest release that follows what the environment runs the one that runs there."""
    key = gate_key(workspace, now)
    known = history(workspace)
    environment = workspace.settings.environment
    before = known.current(environment)
    return _switch(workspace, known, (before, _next(known, environment, before)), key, now)


def point(workspace: Workspace, release: Digest, now: datetime) -> Deployment:
    """Make a release that has run in this environment before the one that runs there again."""
    key = gate_key(workspace, now)
    known = history(workspace)
    environment = workspace.settings.environment
    ran = [r for _, r in known.pointers(environment)]
    if release not in ran:
        raise Refused(f"release {release.short} has never run in `{environment}`", hint="`mesh deploy` is for new ones")
    return _switch(workspace, known, (ran[-1], release), key, now)


def _switch(
    workspace: Workspace, known: History, step: tuple[Digest | None, Digest], key: SigningKey, now: datetime
) -> Deployment:
    before, release = step
    known.refuse_revoked(release)
    graph = graph_of(workspace.store().get(release))
    environment = workspace.settings.environment
    if release != before:
        record(workspace, Pointed(environment, release), (GATE, key), now, after=known.head)
    activate(workspace, graph, release, now)
    return Deployment(environment, release, before, len(graph.mesh.products))


def _next(known: History, environment: str, before: Digest | None) -> Digest:
    """Return what may follow: a release that the gate judged against just what runs here."""
    made = known.made()
    if not made:
        raise NotFound("nothing has been released yet", hint="`mesh release` makes the first release")
    following = [m.release for m in made if m.base == before and m.release != before]
    if following and following[-1] == made[-1].release:
        return following[-1]
    if before is not None and made[-1].release == before:
        return before
    raise Refused(
        f"the newest release, {made[-1].release.short}, was not judged against what `{environment}` runs",
        hint=f"`mesh release --env {environment}` judges it against that",
    )


def activate(workspace: Workspace, graph: MeshGraph, release: Digest, now: datetime) -> None:
    """Let the promises of a release count from now on; those that did already go on.

    The monitor says so again with each look: a deployment that died after its pointer moved promised all the same.
    """
    ports = ((product.port_address(port), port) for product in graph.mesh.products for port in product.outputs)
    workspace.observations().record_activation({address: port.slos for address, port in ports}, release, now)
