"""Proposal: what the files of this mesh would change of what an environment runs.

A product whose files have errors is not gone: it is taken as it runs, and its errors are findings. So a column that one
team renames shows as what it is, a break of another team's product, and not as that product's disappearance.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from meshwright.actions.compilation import Compiled, compile_mesh
from meshwright.actions.released import Released
from meshwright.actions.trust import history
from meshwright.actions.workspace import Workspace
from meshwright.gate.approvals import Approval
from meshwright.gate.changes import ColumnRemoved, PortRemoved, ProductRemoved, TableRemoved
from meshwright.gate.plan import Plan, plan
from meshwright.graph.build import build
from meshwright.graph.graph import MeshGraph
from meshwright.model.diagnostic import Diagnostic, errors
from meshwright.model.errors import Busy, NotFound, Refused
from meshwright.model.identity import Digest
from meshwright.model.mesh import Mesh
from meshwright.model.naming import DOMAIN_FILE, LOCK_FILE, MESH_FILE, PRODUCT_FILE, product_home
from meshwright.model.product import DataProduct
from meshwright.release.copy import Copy
from meshwright.release.cut import graph_of
from meshwright.release.entry import GATE, Approved
from meshwright.release.log import History


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan, the release that it starts from (None: nothing runs yet), and the log as it was then.

    `untouched` are the domains that run and whose folders are not here: the plan leaves them as they are.
    """

    plan: Plan
    base: Digest | None
    history: History | None
    current: MeshGraph | None
    untouched: tuple[str, ...] = ()


def propose(workspace: Workspace, now: datetime, against: str | None = None) -> Proposal:
    """Plan this mesh's files against what the environment runs; or against another environment's, or a release."""
    known, base = _start(workspace, against)
    current = None if base is None else _released(workspace, base)
    compiled = compile_mesh(workspace.root, workspace.cache, None if current is None else Released(current))
    proposed = _with_unsound(compiled, current, workspace)
    made = plan(current, proposed, now)
    untouched = tuple(d.name for d in proposed.mesh.domains if d.name not in compiled.loaded.here)
    return Proposal(made.with_findings(_own_findings(made, compiled)), base, known, current, untouched)


def _start(workspace: Workspace, against: str | None) -> tuple[History | None, Digest | None]:
    """Return the log and the release to compare with; where the store cannot be reached, what was fetched of it."""
    try:
        known = known_history(workspace)
    except Busy:
        if workspace.lock is None or against is not None:
            raise
        return None, workspace.lock.release
    return known, _base(known, against, workspace.settings.environment)


def _released(workspace: Workspace, release: Digest) -> MeshGraph:
    """Return the graph of a release; a repository that is pinned to a mesh keeps what it has fetched."""
    if workspace.lock is None:
        return graph_of(workspace.store().get(release))
    copy = Copy(workspace.fetched)
    if not copy.has(release):
        copy.fetch(workspace.store(), release)
    return graph_of(copy.read(release))


def known_history(workspace: Workspace) -> History | None:
    """Return the environment's log; None before its first record."""
    return None if workspace.lock is None and workspace.log().is_empty else history(workspace)


def approvals(proposal: Proposal, environment: str) -> tuple[Approval, ...]:
    """Return who said yes to this plan since the environment last changed, with a key that the mesh knows as theirs.

    Somebody without a key of their own is spoken for by the gate, which has seen who they are.
    """
    if proposal.history is None or proposal.current is None:
        return ()
    pointers = proposal.history.pointers(environment)
    since = pointers[-1][0] if pointers else -1
    mesh = proposal.current.mesh
    return tuple(_approvals(proposal.history, since, mesh))


def release_named(known: History, text: str) -> Digest:
    """Return the release whose digest begins with `text`. Raises `NotFound` unless there is exactly one."""
    found = sorted({m.release for m in known.made() if m.release.hex.startswith(text)})
    if len(found) != 1 or len(text) < 4:
        what = "no release begins" if not found else f"{len(found)} releases begin"
        raise NotFound(f"{what} with `{text}`", hint="give more digits of its digest, at least four")
    return found[0]


def _approvals(known: History, since: int, mesh: Mesh) -> Iterator[Approval]:
    for entry in known.entries:
        if entry.sequence > since and isinstance(entry.body, Approved):
            person = mesh.person(entry.body.person)
            own = person.public_key if person else None
            if (entry.signer == GATE and own is None) or (entry.signer != GATE and entry.key == own):
                yield Approval(entry.body.person, entry.body.plan, entry.at)


def _base(known: History | None, against: str | None, environment: str) -> Digest | None:
    if against is None:
        return known.current(environment) if known else None
    if known is None:
        raise NotFound("nothing has been released yet", hint="`mesh release` makes the first release")
    return known.current(against) if known.pointers(against) else release_named(known, against)


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
