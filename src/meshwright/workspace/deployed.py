"""Deployed: the mesh that an environment runs, as its release froze it."""

from functools import lru_cache

from meshwright.graph.graph import MeshGraph
from meshwright.model.errors import NotFound
from meshwright.model.identity import Digest
from meshwright.model.naming import MESH_FILE
from meshwright.model.value import value
from meshwright.release.graph import graph_of
from meshwright.release.store import ReleaseStore
from meshwright.workspace.trust import current_release
from meshwright.workspace.workspace import Workspace


@value
class Deployed:
    """A release and its graph."""

    release: Digest
    graph: MeshGraph


def deployed(workspace: Workspace) -> Deployed:
    """Return what the environment runs now. Raises `NotFound`, `Corrupt` or `Refused` when there is none."""
    release = current_release(workspace)
    return Deployed(release, _graph(workspace.settings.store, release))


def shown(workspace: Workspace) -> MeshGraph:
    """Return the mesh that people mean: what the environment runs, or what was committed, before its first deployment.

    In the repository of a domain alone it is what that holds.
    """
    from meshwright.compiler.compilation import compile_sound  # Airflow's tasks read no manifest

    if workspace.is_apart:
        return compile_sound(workspace.root, workspace.cache)
    try:
        return deployed(workspace).graph
    except NotFound:
        if not (workspace.root / MESH_FILE).is_file():
            raise
        return compile_sound(workspace.root, workspace.cache)


@lru_cache(maxsize=2)
def _graph(store: str, release: Digest) -> MeshGraph:
    """A release never changes, and a monitor asks for the same one at every tick."""
    return graph_of(ReleaseStore(store), release)
