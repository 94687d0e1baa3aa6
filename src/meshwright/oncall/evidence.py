"""Evidence: what the facts say about one product: what it has, what its inputs have, whether it could have acted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from meshwright.graph.graph import MeshGraph
from meshwright.model.address import PortAddress, ProductAddress
from meshwright.model.observation import Failure, Overrun, PortHistory
from meshwright.model.product import DataProduct
from meshwright.model.time import Watermark

Histories = Mapping[PortAddress, PortHistory]


@dataclass(frozen=True)
class Evidence:
    """The facts of a mesh, by product. `histories` hold every port that was ever activated."""

    graph: MeshGraph
    histories: Histories

    @cached_property
    def watermarks(self) -> Mapping[PortAddress, Watermark]:
        """The largest watermark that landed at each port; a port where nothing landed has none."""
        return {
            port: max(landing.watermark for landing in history.landings)
            for port, history in self.histories.items()
            if history.landings
        }

    @cached_property
    def _failures(self) -> Mapping[ProductAddress, Failure]:
        return {port.product: h.last_failure for port, h in self.histories.items() if h.last_failure is not None}

    @cached_property
    def overruns(self) -> Mapping[PortAddress, Overrun]:
        """The runs that take too long and that no publish has followed, each at its product's first port."""
        found = {port: history.overrun for port, history in self.histories.items() if history.overrun is not None}
        first: dict[ProductAddress, PortAddress] = {}
        for port in sorted(found):
            first.setdefault(port.product, port)
        return {port: found[port] for port in first.values() if self.graph.product(port.product) is not None}

    def watermark(self, product: DataProduct) -> Watermark | None:
        """Return up to where a product's own data is complete."""
        marks = [self.watermarks.get(product.port_address(port)) for port in product.outputs]
        return min((mark for mark in marks if mark is not None), default=None)

    def failure(self, product: ProductAddress) -> Failure | None:
        """Return the failure that no publish has followed."""
        return self._failures.get(product)

    def lacking(self, product: DataProduct, need: datetime) -> Iterator[ProductAddress]:
        """Yield the products of the required inputs that are not complete up to `need`."""
        for port in self._required(product):
            if not self._covers(port, need):
                yield port.product

    def ready_at(self, product: DataProduct) -> datetime | None:
        """Return since when every required input held something that the product has not published yet.

        None where an input holds nothing new, or the product reads no other one.
        """
        own = self.watermark(product)
        found = [self._beyond(port, own) for port in self._required(product)]
        ready = [at for at in found if at is not None]
        return max(ready) if ready and len(ready) == len(found) else None

    def _required(self, product: DataProduct) -> Iterator[PortAddress]:
        return (
            i.port for i in product.inputs if i.required and i.port is not None and self.graph.product(i.port.product)
        )

    def _covers(self, port: PortAddress, need: datetime) -> bool:
        watermark = self.watermarks.get(port)
        if watermark is not None:
            return watermark >= need
        # What another store serves leaves no landing here, and no landing is no evidence against it.
        upstream = self.graph.product(port.product)
        return upstream is not None and upstream.is_virtual

    def _beyond(self, port: PortAddress, own: Watermark | None) -> datetime | None:
        history = self.histories.get(port)
        landings = () if history is None else history.landings
        return next((landing.landed_at for landing in landings if own is None or landing.watermark > own), None)
