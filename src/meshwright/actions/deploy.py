"""Deploy: make a release the one that an environment runs.

All of the release is verified first; the pointer moves last, and only if nothing else has happened since: else what is
newest then is looked at. Whatever goes wrong before, the old release stays live.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from meshwright.graph.graph import MeshGraph
from meshwright.model.errors import NotFound
from meshwright.model.identity import Digest
from meshwright.release.chain import chain
from meshwright.release.entry import GATE, Pointed
from meshwright.release.graph import Files, graph_of
from meshwright.release.keys import SigningKey
from meshwright.release.log import History
from meshwright.workspace.retry import look_again
from meshwright.workspace.trust import gate_key, history, record
from meshwright.workspace.workspace import Workspace


@dataclass(frozen=True, slots=True)
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


Rehearse = Callable[[Files, Digest, Digest | None], int | None]
"""Builds the DAGs in which a release differs from the one before. Raises `Refused`."""


def deploy(workspace: Workspace, now: datetime, rehearse: Rehearse | None = None) -> Deployment:
    """Make the newest release that follows what the environment runs the one that runs there, once it was rehearsed."""
    key = gate_key(workspace, now)
    return look_again(lambda: _deploy(workspace, key, now, rehearse))


def _deploy(workspace: Workspace, key: SigningKey, now: datetime, rehearse: Rehearse | None) -> Deployment:
    known = history(workspace)
    found = chain(known, workspace.settings.environment)
    if found.tip is None:
        raise NotFound("nothing has been released yet", hint="`mesh submit` makes the first release")
    return switch(workspace, known, (found.runs, found.tip), key, now, rehearse)


def switch(
    workspace: Workspace,
    known: History,
    step: tuple[Digest | None, Digest],
    key: SigningKey,
    now: datetime,
    rehearse: Rehearse | None = None,
) -> Deployment:
    """Verify all of a release, rehearse it, then let the environment run it. Raises `Overtaken` if the log went on."""
    before, release = step
    known.refuse_revoked(release)
    store = workspace.store()
    store.verify(release)
    graph = graph_of(store, release)
    environment = workspace.settings.environment
    rehearsed = rehearse(store, release, before) if rehearse and release != before else None
    if release != before:
        record(workspace, Pointed(environment, release), (GATE, key), now, after=known.head)
    activate(workspace, graph, release, now)
    return Deployment(environment, release, before, len(graph.mesh.products), rehearsed)


def activate(workspace: Workspace, graph: MeshGraph, release: Digest, now: datetime) -> None:
    """Let the promises of a release count from now on; those that did already go on.

    The monitor says so again with each look: a deployment that died after its pointer moved promised all the same.
    """
    ports = ((product.port_address(port), port) for product in graph.mesh.products for port in product.outputs)
    workspace.observations().record_activation({address: port.slos for address, port in ports}, release, now)
