"""Submissions: what was proposed and is not released yet, and what does the gate say to each as things stand now?

A submission is judged as the changes that it makes, on the newest release: what others have released since stays. Its
SQL is understood anew beside that. Where others have changed the same parts it is outdated: its author looks again.
"""

from dataclasses import replace
from datetime import datetime

from meshwright.compiler.analyses import schemas
from meshwright.gate.changes.rebase import rebase
from meshwright.gate.codes import Code
from meshwright.gate.judge import judge
from meshwright.gate.plan import plan
from meshwright.graph.build import build
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import TableAddress
from meshwright.model.analyses import Analyses
from meshwright.model.analysis import Analysis
from meshwright.model.diagnostic import Diagnostic, Location, Severity, errors
from meshwright.model.errors import NotFound
from meshwright.model.identity import Digest
from meshwright.model.mesh import Mesh
from meshwright.model.product import DataProduct, OutputTable, Transform
from meshwright.model.products import Products
from meshwright.model.value import value
from meshwright.release.graph import graph_of
from meshwright.release.voices import Waiting, waiting
from meshwright.sql.analyse import analyse
from meshwright.workspace.against import Base, base_of, released_graph
from meshwright.workspace.judged import Judged, given
from meshwright.workspace.proposal import Proposal
from meshwright.workspace.surroundings import surroundings
from meshwright.workspace.workspace import Workspace


@value
class Submission:
    """What waits, and the gate's word on it now; outdated where others have changed the same in the meantime."""

    waiting: Waiting
    judged: Judged

    @property
    def is_outdated(self) -> bool:
        """Tell whether a release of it would change something else than what was submitted."""
        return self.judged.proposal.plan.digest != self.waiting.asked.plan


def submissions(workspace: Workspace, now: datetime) -> tuple[Submission, ...]:
    """Return all that waits, oldest first."""
    base = base_of(workspace, None)
    return tuple(judged_on(workspace, base, one, now) for one in waiting_on(base))


def submission(workspace: Workspace, plan: str, now: datetime) -> Submission:
    """Return the one whose plan's digest begins so. Raises `NotFound` unless there is exactly one."""
    base = base_of(workspace, None)
    found = [w for w in waiting_on(base) if w.asked.plan.hex.startswith(plan)]
    if len(found) != 1 or len(plan) < 4:
        what = f"{len(found)} plans that wait begin" if found else "no plan that waits begins"
        raise NotFound(f"{what} with `{plan}`", hint="`mesh list --submissions` shows what waits")
    return judged_on(workspace, base, found[0], now)


def waiting_on(base: Base) -> tuple[Waiting, ...]:
    """Return what waits to follow a release."""
    if base.history is None:
        return ()
    return waiting(base.history, base.current.mesh if base.current else Mesh("", ()))


def judged_on(workspace: Workspace, base: Base, one: Waiting, now: datetime) -> Submission:
    """Return a submission as the gate sees it on a release."""
    asked = one.asked
    proposed = graph_of(workspace.store(), asked.proposal)
    graph, found = proposed, tuple[Diagnostic, ...]()
    if base.current is not None and asked.base is not None:
        graph, found = rebased_on(released_graph(workspace, asked.base), proposed, base.current)
    made = plan(base.current, graph, now, surroundings(workspace, base.history, now)).with_findings(found)
    proposal = Proposal(made, base.release, base.history, base.current)
    return Submission(one, Judged(proposal, judge(made, given(proposal), author=asked.author)))


def rebased_on(before: MeshGraph, proposed: MeshGraph, current: MeshGraph) -> tuple[MeshGraph, tuple[Diagnostic, ...]]:
    """Return the mesh that a submission would make now, and what is wrong with it beside what others have released."""
    rebased = rebase(before, proposed, current)
    mesh = rebased.mesh
    products = [p for address in rebased.products if (p := proposed.product(address)) is not None]
    made = {p.address: _understood(p, mesh, proposed) for p in products}
    wrong = (d for analyses in made.values() for a in analyses.values() for d in errors(a.diagnostics))
    found = (*wrong, *(d for p in products for d in _gone(p, mesh)))
    here = Products.of(mesh.products).outlines
    understood = Analyses(here, lambda a: made.get(a) or dict(current.analyses_of(a)))
    digests = {a: digest for a, digest in current.digests.items() if a in here and a not in made}
    return build(mesh, understood, digests), found


def _understood(product: DataProduct, mesh: Mesh, proposed: MeshGraph) -> dict[TableAddress, Analysis]:
    """Understand a product's SQL beside what its inputs offer now."""
    offered = schemas(mesh.output, product)
    told = dict(proposed.analyses_of(product.address))
    return {at: analyse(product, _placed(table, told.get(at)), offered) for at, table in product.tables()}


def _placed(table: OutputTable, told: Analysis | None) -> OutputTable:
    """Give a query back the name of its file: a product in the store has none, but for the places where it reads."""
    read = next(iter(told.reads), None) if told else None
    if not isinstance(table.transform, Transform) or read is None:
        return table
    return replace(table, transform=replace(table.transform, file=read.at.file))


def _gone(product: DataProduct, mesh: Mesh) -> list[Diagnostic]:
    """Return which inputs of a product nobody offers any more."""
    hint = "bring what was released since with `mesh fetch`, and submit again"
    return [
        Diagnostic(
            port.at or Location(product.file),
            Code.STILL_READ,
            Severity.ERROR,
            f"`{product.address}` reads `{port.port}`, which is gone since",
            hint,
        )
        for port in product.inputs
        if port.port is not None and mesh.output(port.port) is None
    ]


def is_waiting(base: Base, plan: Digest, author: str) -> bool:
    """Tell whether an author's plan has been submitted already, and waits."""
    return any((w.asked.plan, w.asked.author) == (plan, author) for w in waiting_on(base))
