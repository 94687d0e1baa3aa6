"""Cost: what does a month of running take before a change and after it, and whose budget bears it?

A month's runs follow from schedules, what a run takes from the runs that were observed: their median. What has not run
yet is not known, and is never counted as nothing. A product that inputs drive is built as often as the rarest of those
that it requires. A month is the twelfth part of a year.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from meshwright.gate.cadence import cadence
from meshwright.gate.changes import (
    Change,
    InputAdded,
    InputChanged,
    InputRemoved,
    ProductAdded,
    ProductRemoved,
    PurposeChanged,
    ScheduleChanged,
)
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import ProductAddress
from meshwright.model.mesh import Prices, Purpose
from meshwright.model.observation import Usual
from meshwright.model.product import CronSchedule

Observed = Callable[[Collection[ProductAddress]], Mapping[ProductAddress, Usual]]
"""Tells what runs of some products usually take, as far as any were observed."""

_MONTHS = 24
"""What cadences are counted over."""


def nothing_observed(products: Collection[ProductAddress]) -> Mapping[ProductAddress, Usual]:  # noqa: ARG001
    """Know no run."""
    return {}


@dataclass(frozen=True, slots=True)
class Load:
    """What a product takes in a month: so many `runs`, each so long as `usual` ones; None where that is not known."""

    runs: Decimal | None
    usual: Usual | None

    @property
    def time(self) -> timedelta | None:
        """What the runs of a month take together."""
        return None if self.runs is None or self.usual is None else self.usual.length * float(self.runs)


@dataclass(frozen=True, slots=True)
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
    def growth(self) -> timedelta | None:
        """What a month takes more; None where that is not known."""
        sides = [timedelta() if side is None else side.time for side in (self.before, self.after)]
        return None if sides[0] is None or sides[1] is None else sides[1] - sides[0]


@dataclass(frozen=True, slots=True)
class PurposeCost:
    """What all products of a purpose take in a month; `unknown` are those of which nobody can tell yet."""

    purpose: Purpose
    before: timedelta
    after: timedelta
    unknown: tuple[ProductAddress, ...] = ()


@dataclass(frozen=True, slots=True)
class Costs:
    """What one change makes dearer or cheaper, in hours; and in money where the environment has `prices`."""

    products: tuple[CostChange, ...] = ()
    purposes: tuple[PurposeCost, ...] = ()
    prices: Prices = field(default_factory=Prices)
    currency: str = ""

    def amount(self, time: timedelta | None) -> Decimal | None:
        """Return what a time costs, in the mesh's currency; None where that is not known."""
        if time is None or self.prices.hour is None:
            return None
        return Decimal(time / timedelta(hours=1)) * self.prices.hour

    def growth(self, purpose: str) -> timedelta | None:
        """Return what a month of a purpose takes more; None where that is not known of one of its changed products."""
        known = [change.growth for change in self.products if change.purpose == purpose]
        return None if None in known else sum((g for g in known if g is not None), timedelta())


def costs(changes: Iterable[Change], before: MeshGraph, after: MeshGraph, observed: Observed, prices: Prices) -> Costs:
    """Return what changes make dearer or cheaper. Asks what was observed only where something is."""
    known = tuple(changes)
    sides = (before, after)
    other = [p for p in _reached(known, before, after) if _load(p, before, {}) != _load(p, after, {})]
    moved = {p for c in known if isinstance(c, PurposeChanged) for p in (c.before, c.after) if p}
    names = moved | {p for address in other for side in sides if (p := _purpose(address, side)) is not None}
    bearing = {name: _bearing(name, sides) for name in names}
    asked = sorted({*other, *(address for group in bearing.values() for address in group)})
    usual = observed(asked) if asked else {}
    purposes = {p.name: p for p in (*after.mesh.purposes, *before.mesh.purposes)}
    return Costs(
        tuple(_change(address, sides, usual) for address in other),
        tuple(_purpose_cost(purposes[n], bearing[n], sides, usual) for n in sorted(names & purposes.keys())),
        prices,
        after.mesh.currency,
    )


def monthly_runs(graph: MeshGraph, address: ProductAddress) -> Decimal | None:
    """Return how often a product is built in a month; None where nobody can tell, or there is no such product."""
    return graph.once(_Monthly).of(address)


class _Monthly:
    """How often the products of one graph are built, each counted once."""

    def __init__(self, graph: MeshGraph) -> None:
        self._graph = graph
        self._known: dict[ProductAddress, Decimal | None] = {}

    def of(self, address: ProductAddress) -> Decimal | None:
        if address not in self._known:
            self._known[address] = None  # what waits for itself never runs
            self._known[address] = self._count(address)
        return self._known[address]

    def _count(self, address: ProductAddress) -> Decimal | None:
        product = self._graph.product(address)
        if product is None:
            return None
        if isinstance(product.schedule, CronSchedule):
            found = cadence(product.schedule.cron)
            return None if found is None else Decimal(found.runs) / _MONTHS
        ports = [i for i in product.inputs if i.port is not None]
        required = [i for i in ports if i.required]
        counted = [self.of(i.port.product) for i in required or ports if i.port is not None]
        known = [runs for runs in counted if runs is not None]
        if len(known) < len(counted) or not known:
            return None
        return min(known) if required else max(known)


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


def _bearing(purpose: str, sides: tuple[MeshGraph, MeshGraph]) -> set[ProductAddress]:
    """Return the products that a purpose has on either side."""
    return {p.address for side in sides for p in side.mesh.products if p.purpose == purpose}


def _purpose(address: ProductAddress, graph: MeshGraph) -> str | None:
    product = graph.product(address)
    return None if product is None else product.purpose


def _change(
    address: ProductAddress, sides: tuple[MeshGraph, MeshGraph], usual: Mapping[ProductAddress, Usual]
) -> CostChange:
    was, is_now = (_load(address, side, usual) for side in sides)
    purpose = _purpose(address, sides[1]) or _purpose(address, sides[0])
    return CostChange(address, purpose, was, is_now)


def _load(address: ProductAddress, graph: MeshGraph, usual: Mapping[ProductAddress, Usual]) -> Load | None:
    return None if graph.product(address) is None else Load(monthly_runs(graph, address), usual.get(address))


def _purpose_cost(
    purpose: Purpose,
    bearing: Iterable[ProductAddress],
    sides: tuple[MeshGraph, MeshGraph],
    usual: Mapping[ProductAddress, Usual],
) -> PurposeCost:
    totals, unknown = [], set()
    for side in sides:
        total = timedelta()
        for address in bearing:
            if _purpose(address, side) == purpose.name:
                load = _load(address, side, usual)
                time = None if load is None else load.time
                total += time or timedelta()
                unknown |= {address} if time is None else set()
        totals.append(total)
    return PurposeCost(purpose, totals[0], totals[1], tuple(sorted(unknown)))
