"""Load: what does a product take in a month?

A month's runs follow from schedules, what a run takes from the runs that were observed: their median. Where an engine
bills what is read, those runs tell that, too, or the engine estimates it. A product that inputs drive is built as often
as the rarest of those that it requires. A month is the twelfth part of a year.
"""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from meshwright.gate.effects.cadence import cadence
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import ProductAddress
from meshwright.model.estimate import Estimate
from meshwright.model.mesh import Prices
from meshwright.model.observation import Usual
from meshwright.model.product import CronSchedule
from meshwright.model.value import value

TEBIBYTE = 2**40

_MONTHS = 24
"""What cadences are counted over."""


@value
class Taken:
    """What runs take in a month: time, and the bytes that they read and are billed; None where that is not known."""

    time: timedelta | None = timedelta()
    size: Decimal | None = None

    def amount(self, prices: Prices) -> Decimal | None:
        """Return what it costs; None where nothing has a price, or what has one is not known."""
        parts = []
        if prices.hour is not None:
            parts.append(None if self.time is None else Decimal(self.time / timedelta(hours=1)) * prices.hour)
        if prices.tebibyte is not None:
            parts.append(None if self.size is None else self.size / TEBIBYTE * prices.tebibyte)
        known = [part for part in parts if part is not None]
        return sum(known, Decimal()) if parts and len(known) == len(parts) else None

    def is_known(self, prices: Prices) -> bool:
        """Tell whether all of it that is counted is known: what has a price, else the time."""
        return self.time is not None if prices == Prices() else self.amount(prices) is not None


@value
class Load:
    """What a product takes: so many `runs` a month, each as long as `usual` ones, reading what was estimated of one."""

    runs: Decimal | None
    usual: Usual | None
    estimate: Estimate | None = None

    @property
    def month(self) -> Taken:
        """What the runs of a month take together."""
        length = None if self.usual is None else self.usual.length
        size = None if self.estimate is None else self.estimate.size
        if self.runs is None:
            return Taken(None)
        return Taken(None if length is None else length * float(self.runs), None if size is None else size * self.runs)


def together(loads: Iterable[Load]) -> Taken:
    """Return what loads take together, as far as that is known."""
    months = [load.month for load in loads]
    sizes = [month.size for month in months if month.size is not None]
    return Taken(
        sum((month.time for month in months if month.time is not None), timedelta()),
        sum(sizes, Decimal()) if sizes else None,
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
