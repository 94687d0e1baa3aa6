"""Deployed: the mesh that an environment runs, as its release froze it."""

from dataclasses import dataclass
from functools import lru_cache

from meshwright.graph.graph import MeshGraph
from meshwright.model.identity import Digest
from meshwright.release.graph import graph_of
from meshwright.release.store import ReleaseStore
from meshwright.workspace.trust import current_release
from meshwright.workspace.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Deployed:
    """A release and its graph."""

    release: Digest
    graph: MeshGraph


def deployed(workspace: Workspace) -> Deployed:
    """Return what the environment runs now. Raises `NotFound`, `Corrupt` or `Refused` when there is none."""
    release = current_release(workspace)
    return Deployed(release, _graph(workspace.settings.store, release))


@lru_cache(maxsize=2)
def _graph(store: str, release: Digest) -> MeshGraph:
    """A release never changes, and a monitor asks for the same one at every tick."""
    return graph_of(ReleaseStore(store), release)
