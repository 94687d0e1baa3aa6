"""Cost: what does a month of running take before a change and after it, and whose budget bears it?

What has not run yet, and what nobody could estimate, is not known, and is never counted as nothing.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import field
from datetime import timedelta
from decimal import Decimal

from meshwright.gate.changes.change import (
    Change,
    InputAdded,
    InputChanged,
    InputRemoved,
    PortAdded,
    ProductAdded,
    ProductRemoved,
    PurposeChanged,
    QueryChanged,
    ScheduleChanged,
    TableAdded,
    product_of,
)
from meshwright.gate.effects.load import Load, Taken, monthly_runs, together
from meshwright.gate.effects.surroundings import Surroundings
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import ProductAddress
from meshwright.model.estimate import Estimate
from meshwright.model.mesh import Prices, Purpose
from meshwright.model.observation import Usual
from meshwright.model.product import CronSchedule
from meshwright.model.value import value

_NOTABLE = Decimal("1.1")
"""From how much more on a run reads more: a column more that is read is no question for a director."""


@value
class CostChange:
    """A product that takes another load than before; None on the side where there is no such product."""

    product: ProductAddress
    purpose: str | None
    before: Load | None
    after: Load | None

    @property
    def is_more_often(self) -> bool:
        """Tell whether a product that runs already will run more often."""
        was, is_now = (None if side is None else side.runs for side in (self.before, self.after))
        return was is not None and is_now is not None and is_now > was

    @property
    def reads_more(self) -> bool:
        """Tell whether a run of a product that runs already will read notably more."""
        told = [None if side is None else side.estimate for side in (self.before, self.after)]
        was, is_now = (None if estimate is None else estimate.size for estimate in told)
        return was is not None and is_now is not None and is_now > was * _NOTABLE

    @property
    def months(self) -> tuple[Taken, Taken]:
        """What a month takes before and after; nothing where there is no such product."""
        none = Taken(timedelta(), Decimal())
        return none if self.before is None else self.before.month, none if self.after is None else self.after.month


@value
class PurposeCost:
    """What all products of a purpose take in a month; `unknown` are those of which nobody can tell yet."""

    purpose: Purpose
    before: Taken
    after: Taken
    unknown: tuple[ProductAddress, ...] = ()


@value
class DomainCost:
    """What all products of a domain take in a month; `unknown` are those of which nobody can tell yet."""

    domain: str
    before: Taken
    after: Taken
    unknown: tuple[ProductAddress, ...] = ()


@value
class Costs:
    """What one change makes dearer or cheaper; in money where the environment has `prices`."""

    products: tuple[CostChange, ...] = ()
    purposes: tuple[PurposeCost, ...] = ()
    domains: tuple[DomainCost, ...] = ()
    prices: Prices = field(default_factory=Prices)
    currency: str = ""

    def growth(self, change: CostChange) -> Decimal | None:
        """Return how much dearer a month of a product becomes, in the mesh's currency; None where nobody can tell."""
        was, is_now = (month.amount(self.prices) for month in change.months)
        return None if was is None or is_now is None else is_now - was

    def grows(self, purpose: str) -> bool:
        """Tell whether a month of a purpose takes more, or may: of one of its changed products nobody can tell."""
        months = [change.months for change in self.products if change.purpose == purpose]
        if not all(month.is_known(self.prices) for pair in months for month in pair):
            return True
        grown = (_measure(is_now, self.prices) - _measure(was, self.prices) for was, is_now in months)
        return sum(grown) > 0


NOTHING_DEARER = Costs()
"""What a plan makes of costs that changes none."""


def _measure(month: Taken, prices: Prices) -> Decimal:
    """Return what a known month is held against another by: money, and without prices seconds."""
    amount = month.amount(prices)
    seconds = timedelta() if month.time is None else month.time
    return amount if amount is not None else Decimal(seconds / timedelta(seconds=1))


_REWRITES = ProductAdded | PortAdded | TableAdded | QueryChanged | InputAdded | InputRemoved | InputChanged
"""After which a run may read more or less."""

_Sides = tuple[MeshGraph, MeshGraph]
_Group = tuple[frozenset[ProductAddress], frozenset[ProductAddress]]
"""The products of a purpose, or of a domain, before and after."""
_Loads = tuple[Mapping[ProductAddress, Load], Mapping[ProductAddress, Load]]


def costs(changes: Iterable[Change], before: MeshGraph, after: MeshGraph, around: Surroundings) -> Costs:
    """Return what changes make dearer or cheaper. Asks what was observed only where something is."""
    known, sides = tuple(changes), (before, after)
    rewritten = {p for c in known if isinstance(c, _REWRITES) and (p := product_of(c)) is not None and p in after}
    told = around.estimated(after, sorted(rewritten)) if rewritten else {}
    often = (p for p in _reached(known, before, after) if monthly_runs(before, p) != monthly_runs(after, p))
    other = sorted({*often, *told, *(c.address for c in known if isinstance(c, ProductAdded | ProductRemoved))})
    moved = {name for c in known if isinstance(c, PurposeChanged) for name in (c.before, c.after) if name}
    names = moved | {name for address in other for side in sides if (name := _purpose(address, side)) is not None}
    purposes = {p.name: p for p in (*after.mesh.purposes, *before.mesh.purposes) if p.name in names}
    bearing = {name: _bearing(name, sides) for name in sorted(purposes)}
    domains = {name: _members(name, sides) for name in sorted({p.domain for p in other})}
    asked = {*other, *(p for group in (*bearing.values(), *domains.values()) for side in group for p in side)}
    loads = _loads(asked, sides, around, told)
    return Costs(
        tuple(
            CostChange(p, _purpose(p, after) or _purpose(p, before), *(side.get(p) for side in loads)) for p in other
        ),
        tuple(PurposeCost(purposes[name], *_total(group, loads, around.prices)) for name, group in bearing.items()),
        tuple(DomainCost(name, *_total(group, loads, around.prices)) for name, group in domains.items()),
        around.prices,
        after.mesh.currency,
    )


def _loads(
    asked: Collection[ProductAddress],
    sides: _Sides,
    around: Surroundings,
    told: Mapping[ProductAddress, Estimate],
) -> _Loads:
    """Return what each product takes before and after; what a change does not rewrite is estimated once.

    Or not at all, where runs were observed. What is rewritten is estimated on both sides: like is held against like.
    """
    before, after = sides
    usual = around.observed(sorted(asked)) if asked else {}
    seen = {p: Estimate(taken.billed) for p, taken in usual.items() if taken.billed is not None and p not in told}
    others = sorted(p for p in asked if p not in told and p not in seen and p in after)
    later = {**told, **seen, **(around.estimated(after, others) if others else {})}
    apart = sorted(p for p in asked if p in before and p not in seen and (p in told or p not in after))
    earlier = {**later, **(around.estimated(before, apart) if apart else {})}
    return _side(asked, before, usual, earlier), _side(asked, after, usual, later)


def _side(
    asked: Collection[ProductAddress],
    graph: MeshGraph,
    usual: Mapping[ProductAddress, Usual],
    estimates: Mapping[ProductAddress, Estimate],
) -> Mapping[ProductAddress, Load]:
    return {p: Load(monthly_runs(graph, p), usual.get(p), estimates.get(p)) for p in asked if p in graph}


def _total(group: _Group, loads: _Loads, prices: Prices) -> tuple[Taken, Taken, tuple[ProductAddress, ...]]:
    of_group = [{p: side[p] for p in members} for members, side in zip(group, loads, strict=True)]
    unknown = {p for side in of_group for p, load in side.items() if not load.month.is_known(prices)}
    before, after = (together(side.values()) for side in of_group)
    return before, after, tuple(sorted(unknown))


def _reached(changes: Iterable[Change], before: MeshGraph, after: MeshGraph) -> Iterator[ProductAddress]:
    """Yield the products whose number of runs may change: those that say so, and all that those drive."""
    seeds = {
        c.address
        for c in changes
        if isinstance(c, ProductAdded | ProductRemoved | ScheduleChanged | InputAdded | InputRemoved | InputChanged)
    }
    seen, ring = set(seeds), set(seeds)
    while ring:
        driven = {c for p in ring for side in (before, after) for c in side.consumers(p) if _is_driven(c, side)}
        ring = driven - seen
        seen |= ring
    return iter(sorted(seen))


def _is_driven(address: ProductAddress, graph: MeshGraph) -> bool:
    product = graph.product(address)
    return product is not None and not isinstance(product.schedule, CronSchedule)


def _bearing(purpose: str, sides: _Sides) -> _Group:
    """Return the products of a purpose."""
    before, after = (frozenset(p.address for p in side.mesh.products if p.purpose == purpose) for side in sides)
    return before, after


def _members(domain: str, sides: _Sides) -> _Group:
    """Return the products of a domain."""
    before, after = (frozenset(address for address in side.addresses if address.domain == domain) for side in sides)
    return before, after


def _purpose(address: ProductAddress, graph: MeshGraph) -> str | None:
    product = graph.product(address)
    return None if product is None else product.purpose
