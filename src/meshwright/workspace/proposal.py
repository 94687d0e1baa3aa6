"""Proposal: what the files of this mesh would change of what an environment runs, or will run next.

A product whose files have errors is not gone: it is taken as it runs, and its errors are findings. So a column that one
team renames shows as what it is, a break of another team's product, and not as that product's disappearance.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from meshwright.compiler.comparable import comparable
from meshwright.compiler.compilation import Compiled
from meshwright.compiler.released import Released
from meshwright.gate.changes.change import PortRemoved, ProductRemoved, TableRemoved
from meshwright.gate.changes.columns import ColumnRemoved
from meshwright.gate.plan import Plan, plan
from meshwright.graph.build import build
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import ProductAddress
from meshwright.model.analyses import Analyses
from meshwright.model.diagnostic import Diagnostic, errors
from meshwright.model.errors import Refused
from meshwright.model.identity import Digest
from meshwright.model.naming import DOMAIN_FILE, LOCK_FILE, MESH_FILE, PRODUCT_FILE, product_home
from meshwright.model.products import Products
from meshwright.model.value import value
from meshwright.release.log import History
from meshwright.workspace.against import base_of
from meshwright.workspace.surroundings import surroundings
from meshwright.workspace.workspace import Workspace


@value
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
    compiled = comparable(workspace.root, workspace.cache, None if current is None else Released(current))
    proposed = _with_unsound(compiled, current, workspace)
    made = plan(current, proposed, now, surroundings(workspace, base.history, now))
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
    gone = set(current.addresses).difference(graph.addresses)
    kept = [a for a in sorted(gone) if (workspace.root / _manifest(a)).is_file()]
    return _beside(graph, current, kept) if kept else graph


def _beside(graph: MeshGraph, current: MeshGraph, kept: Iterable[ProductAddress]) -> MeshGraph:
    """Return a graph with products of another one, which are placed where their manifests are here."""
    others = Products.of(current.mesh.products).only(kept)
    placed = Products(others.outlines, lambda a: replace(others.at(a), file=_manifest(a)))
    products = Products.of(graph.mesh.products).beside(placed)
    analyses = Analyses(products.outlines, lambda a: dict((current if a in placed.outlines else graph).analyses_of(a)))
    digests = {**graph.digests, **{a: digest for a, digest in current.digests.items() if a in placed.outlines}}
    return build(replace(graph.mesh, products=products), analyses, digests)


def _manifest(product: ProductAddress) -> str:
    return f"{product_home(product)}/{PRODUCT_FILE}"


def _own_findings(made: Plan, compiled: Compiled) -> Iterable[Diagnostic]:
    """Return the errors in the files, without those that a removal has explained, as an error, at the same line."""
    removals = (
        e for e in made.effects if isinstance(e.change, ColumnRemoved | TableRemoved | PortRemoved | ProductRemoved)
    )
    explained = {(c.at.file, c.at.line) for e in removals for c in e.consumers}
    return (d for d in errors(compiled.diagnostics) if (d.at.file, d.at.line) not in explained)
