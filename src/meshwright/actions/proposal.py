"""Proposal: what the files of this mesh would change of what an environment runs, or will run next.

A product whose files have errors is not gone: it is taken as it runs, and its errors are findings. So a column that one
team renames shows as what it is, a break of another team's product, and not as that product's disappearance.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from meshwright.actions.against import base_of
from meshwright.actions.compilation import Compiled, compile_mesh
from meshwright.actions.released import Released
from meshwright.actions.workspace import Workspace
from meshwright.gate.changes import ColumnRemoved, PortRemoved, ProductRemoved, TableRemoved
from meshwright.gate.plan import Plan, plan
from meshwright.graph.build import build
from meshwright.graph.graph import MeshGraph
from meshwright.model.diagnostic import Diagnostic, errors
from meshwright.model.errors import Refused
from meshwright.model.identity import Digest
from meshwright.model.naming import DOMAIN_FILE, LOCK_FILE, MESH_FILE, PRODUCT_FILE, product_home
from meshwright.model.product import DataProduct
from meshwright.release.log import History


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan, the release that it starts from (None: a folder, or nothing runs yet), and the log as it was then.

    `untouched` are the domains that run and whose folders are not here: the plan leaves them as they are.
    """

    plan: Plan
    base: Digest | None
    history: History | None
    current: MeshGraph | None
    untouched: tuple[str, ...] = ()


def propose(workspace: Workspace, now: datetime, against: str | None = None) -> Proposal:
    """Plan this mesh's files against the release that they would follow; or another environment, release or folder."""
    base = base_of(workspace, against)
    current = base.current
    compiled = compile_mesh(workspace.root, workspace.cache, None if current is None else Released(current))
    proposed = _with_unsound(compiled, current, workspace)
    made = plan(current, proposed, now)
    untouched = tuple(d.name for d in proposed.mesh.domains if d.name not in compiled.loaded.here)
    return Proposal(made.with_findings(_own_findings(made, compiled)), base.release, base.history, current, untouched)


def _with_unsound(compiled: Compiled, current: MeshGraph | None, workspace: Workspace) -> MeshGraph:
    """Return the proposed graph, in which products that cannot be read are as they run."""
    unread = [
        d
        for d in errors(compiled.diagnostics)
        if d.at.file in (MESH_FILE, LOCK_FILE) or d.at.file.endswith(f"/{DOMAIN_FILE}")
    ]
    if unread:
        raise Refused(f"{unread[0].at}: {unread[0].message}", hint="`mesh validate` shows all that is wrong")
    if current is None:
        return compiled.graph
    graph = compiled.graph
    kept = [p for p in current.mesh.products if graph.product(p.address) is None and _has_files(workspace, p)]
    if not kept:
        return graph
    products = sorted((*graph.mesh.products, *(_placed(p) for p in kept)), key=lambda p: p.address)
    addresses = {p.address for p in kept}
    analyses = {a: analysis for a, analysis in current.analyses.items() if a.port.product in addresses}
    return build(replace(graph.mesh, products=tuple(products)), {**graph.analyses, **analyses})


def _has_files(workspace: Workspace, product: DataProduct) -> bool:
    return (workspace.root / _manifest(product)).is_file()


def _placed(product: DataProduct) -> DataProduct:
    return replace(product, file=_manifest(product))


def _manifest(product: DataProduct) -> str:
    return f"{product_home(product.address)}/{PRODUCT_FILE}"


def _own_findings(made: Plan, compiled: Compiled) -> Iterable[Diagnostic]:
    """Return the errors in the files, without those that a removal has explained, as an error, at the same line."""
    removals = (
        e for e in made.effects if isinstance(e.change, ColumnRemoved | TableRemoved | PortRemoved | ProductRemoved)
    )
    explained = {(c.at.file, c.at.line) for e in removals for c in e.consumers}
    return (d for d in errors(compiled.diagnostics) if (d.at.file, d.at.line) not in explained)
