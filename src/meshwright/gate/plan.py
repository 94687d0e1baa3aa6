"""Plan: what would this proposal change, for whom, and who must say yes?

`plan(current, proposed, now)` is a pure function of two meshes. The plan's digest names the exact contents of what it
changes, so that an approval of it is an approval of nothing else.
"""

from collections.abc import Iterable
from dataclasses import field, replace
from datetime import datetime

from meshwright.gate.approvals import Need, needs, platform_team
from meshwright.gate.changes.change import Change, ProductAdded, ProductRemoved, product_of
from meshwright.gate.changes.compare import compare
from meshwright.gate.contents import contents
from meshwright.gate.effects.consumers import Consumer, consumers
from meshwright.gate.effects.cost import Costs, costs
from meshwright.gate.effects.migrations import Migration, migrations, storage_findings
from meshwright.gate.effects.residence import residence_findings
from meshwright.gate.effects.runs import Runs, runs
from meshwright.gate.effects.surroundings import Surroundings
from meshwright.gate.effects.version import Part, consequence
from meshwright.gate.findings import version_findings
from meshwright.gate.policies.compliance import policy_findings
from meshwright.gate.policies.offers import is_over, offer_findings
from meshwright.gate.policies.waivers import waiver_findings
from meshwright.graph.build import build
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import ProductAddress
from meshwright.model.diagnostic import Diagnostic
from meshwright.model.identity import Digest
from meshwright.model.mesh import Mesh
from meshwright.model.value import value


@value
class Effect:
    """One change, the part of the version it counts up, and whom it reaches when it breaks something."""

    change: Change
    part: Part
    consumers: tuple[Consumer, ...] = ()

    @property
    def is_breaking(self) -> bool:
        """Tell whether a reader of the table may have to change because of it."""
        return self.part is Part.MAJOR


@value
class DagChanges:
    """The DAGs that come, that change and that retire, one a product."""

    new: tuple[ProductAddress, ...]
    changed: tuple[ProductAddress, ...]
    retired: tuple[ProductAddress, ...]


@value
class Plan:
    """All that one proposal does, and nothing else of the mesh.

    `first`: nothing runs yet, so nobody can be touched and nobody is asked. `fallback` are those who decide where the
    people asked are not known, or are the author. `digest` names the contents that approvals are for, of all
    its `parts`.
    """

    digest: Digest
    parts: tuple[str, ...]
    effects: tuple[Effect, ...]
    findings: tuple[Diagnostic, ...]
    needs: tuple[Need, ...]
    dags: DagChanges
    migrations: tuple[Migration, ...]
    runs: Runs
    costs: Costs
    fallback: tuple[str, ...]
    first: bool
    made_at: datetime = field(compare=False)
    proposed: MeshGraph = field(compare=False, repr=False)

    @property
    def is_empty(self) -> bool:
        """Tell whether the proposal is what runs already."""
        return not self.effects and not self.first

    @property
    def part(self) -> Part:
        """The weightiest of its changes."""
        return max((e.part for e in self.effects), default=Part.PATCH)

    def with_findings(self, findings: Iterable[Diagnostic]) -> "Plan":
        """Return the plan with more findings, such as what the proposal's manifests and SQL have wrong."""
        return replace(self, findings=tuple(sorted({*self.findings, *findings})))


def plan(current: MeshGraph | None, proposed: MeshGraph, now: datetime, around: Surroundings | None = None) -> Plan:
    """Return what leads from what runs (None: nothing does yet) to what is proposed, in an environment.

    People, keys and roles that judge it are those of `current`: a proposal cannot name its own judges.
    """
    first = current is None
    before = _nothing(proposed.mesh) if current is None else current
    changes = tuple(compare(before, proposed))
    effects = tuple(Effect(c, consequence(c), consumers(c, before, proposed)) for c in changes)
    touched = _touched(changes)
    about = contents(touched, current, proposed)
    told = around or Surroundings()
    cost = costs(changes, before, proposed, Surroundings(prices=told.prices) if first else told)
    reached = tuple((e.change, e.consumers) for e in effects)
    asked = tuple(r for r in reached if r[1] or not is_over(r[0], before, now))
    found = {
        *version_findings(asked, before, proposed),
        *storage_findings(changes, before, proposed),
        *offer_findings(reached, touched, (before, proposed), now),
        *policy_findings(before, proposed, touched, now, cost),
        *residence_findings(proposed, touched, told.region),
        *waiver_findings(None if current is None else current.mesh, proposed, touched, now),
    }
    return Plan(
        digest=about.digest,
        parts=about.parts,
        effects=effects,
        findings=tuple(sorted(found)),
        needs=() if first else needs(asked, before, proposed, cost),
        dags=_dags(changes, touched),
        migrations=migrations(changes, before, proposed),
        runs=runs(changes, before, proposed, told.since or now, now),
        costs=cost,
        fallback=platform_team(before.mesh),
        first=first,
        made_at=now,
        proposed=proposed,
    )


def _nothing(mesh: Mesh) -> MeshGraph:
    """Return the mesh before its first release: the same organisation, without a product."""
    return build(replace(mesh, products=()), {})


def _touched(changes: Iterable[Change]) -> tuple[ProductAddress, ...]:
    return tuple(sorted({p for c in changes if (p := product_of(c)) is not None}))


def _dags(changes: tuple[Change, ...], touched: tuple[ProductAddress, ...]) -> DagChanges:
    new = tuple(c.address for c in changes if isinstance(c, ProductAdded))
    retired = tuple(c.address for c in changes if isinstance(c, ProductRemoved))
    whole = {*new, *retired}
    return DagChanges(new, tuple(p for p in touched if p not in whole), retired)
