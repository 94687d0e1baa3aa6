"""Released: what have other repositories released of this mesh, as far as it was fetched? Needs no network."""

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from meshwright.manifest.codes import Code
from meshwright.manifest.elsewhere import Elsewhere
from meshwright.manifest.text.problems import Problems
from meshwright.model.diagnostic import Diagnostic
from meshwright.model.errors import MeshError, NotFound
from meshwright.model.naming import DOMAINS, FETCHED, LOCK_FILE
from meshwright.model.value import value

if TYPE_CHECKING:
    from meshwright.graph.graph import MeshGraph
    from meshwright.manifest.lock import Lock


@value
class Released:
    """The graph of a release that manifests are read beside; without it, `diagnostics` say why."""

    graph: "MeshGraph | None" = None
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def elsewhere(self) -> Elsewhere:
        """What the manifests here are read beside."""
        return Elsewhere(self.graph.mesh if self.graph else None, self.diagnostics)


def locked(root: Path) -> Released | None:
    """Return what mesh.lock at `root` names; None where a mesh is whole in one repository."""
    if not (root / LOCK_FILE).is_file():
        return None
    from meshwright.manifest.lock import read_lock  # brings YAML, which most meshes need not read for this

    problems = Problems()
    lock = read_lock(root, problems)
    graph = None if lock is None else _graph(root, lock, problems)
    return Released(graph, problems.found)


def is_here(diagnostic: Diagnostic, domains: Collection[str]) -> bool:
    """Tell whether a diagnostic is about a file of this repository, where the folders of these `domains` are."""
    top, _, rest = diagnostic.at.file.partition("/")
    return rest.partition("/")[0] in domains if top == DOMAINS else bool(top)


def _graph(root: Path, lock: "Lock", problems: Problems) -> "MeshGraph | None":
    from meshwright.release.copy import Copy
    from meshwright.release.graph import graph_of

    try:
        return graph_of(Copy(root / FETCHED), lock.release)
    except NotFound:
        message = f"release {lock.release.short}, which this repository was built against, is not here"
        hint = "`mesh fetch --locked` brings it; `mesh fetch` moves on to what runs now"
        problems.error(Code.NOT_FETCHED, lock.at, message, hint)
    except MeshError as error:
        hint = f"remove {FETCHED}, and bring it again with `mesh fetch --locked`"
        problems.error(Code.NOT_FETCHED, lock.at, error.message, hint)
    return None
