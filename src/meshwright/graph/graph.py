"""Graph: what feeds what, down to the column, and who would feel a change?

Products are edges by the ports they read; columns by the analyses of the SELECTs between them. Columns have no index of
their own: an edge between two columns is found in the analyses along an edge between two products.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from meshwright.model.address import ColumnAddress, PortAddress, ProductAddress, SourceColumn
from meshwright.model.analysis import Analysis
from meshwright.model.diagnostic import Diagnostic, Location
from meshwright.model.mesh import Mesh
from meshwright.model.product import DataProduct, InputPort, OutputPort

Made = TypeVar("Made")
Node = TypeVar("Node", ProductAddress, ColumnAddress)


@dataclass(frozen=True, slots=True, order=True)
class Reader:
    """One place in another product where a column is read.

    `column` is the first of the port's columns that its values flow into; None where it only decides which rows there
    are (a join, a filter, an order).
    """

    product: ProductAddress
    port: PortAddress
    at: Location
    column: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class MeshGraph:
    """A mesh, linked. Made by `build`; results are in topological order, inputs before what is made of them.

    Products on a cycle are in `order` too, so that nothing disappears; `diagnostics` names the cycle.
    """

    mesh: Mesh
    analyses: Mapping[PortAddress, Analysis]
    order: tuple[ProductAddress, ...]
    diagnostics: tuple[Diagnostic, ...]
    _products: Mapping[ProductAddress, DataProduct] = field(repr=False, compare=False)
    _position: Mapping[ProductAddress, int] = field(repr=False, compare=False)
    _inputs: Mapping[ProductAddress, tuple[ProductAddress, ...]] = field(repr=False, compare=False)
    _consumers: Mapping[ProductAddress, tuple[ProductAddress, ...]] = field(repr=False, compare=False)
    _taken: Mapping[PortAddress, tuple[tuple[ProductAddress, InputPort], ...]] = field(repr=False, compare=False)
    _made: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, make: "Callable[[MeshGraph], Made]") -> Made:
        """Return what is made of this graph, and make it once: a graph never changes."""
        if make not in self._made:
            self._made[make] = make(self)
        made: Made = self._made[make]
        return made

    def product(self, address: ProductAddress) -> DataProduct | None:
        """Return the product at an address."""
        return self._products.get(address)

    def output(self, address: PortAddress) -> OutputPort | None:
        """Return the output port at an address."""
        product = self.product(address.product)
        return None if product is None else product.output(address.name, address.major)

    def analyses_of(self, product: ProductAddress) -> Iterator[tuple[PortAddress, Analysis]]:
        """Yield the analyses of a product's ports."""
        known = self.product(product)
        for port in known.outputs if known else ():
            address = product.port(port.name, port.major)
            if (analysis := self.analyses.get(address)) is not None:
                yield address, analysis

    def inputs(self, product: ProductAddress) -> tuple[ProductAddress, ...]:
        """Return the products that a product reads directly."""
        return self._inputs.get(product, ())

    def consumers(self, product: ProductAddress) -> tuple[ProductAddress, ...]:
        """Return the products that read a product directly."""
        return self._consumers.get(product, ())

    def consumers_of_port(self, port: PortAddress) -> tuple[ProductAddress, ...]:
        """Return the products that read one port directly."""
        return tuple(dict.fromkeys(consumer for consumer, _ in self._taken.get(port, ())))

    def upstream(self, product: ProductAddress, depth: int | None = None) -> tuple[ProductAddress, ...]:
        """Return all that a product is made of, at most `depth` steps away; not itself."""
        return self._sorted(_reached(product, self.inputs, depth))

    def downstream(self, product: ProductAddress, depth: int | None = None) -> tuple[ProductAddress, ...]:
        """Return all that is made of a product, at most `depth` steps away; not itself."""
        return self._sorted(_reached(product, self.consumers, depth))

    def port_sources(self, port: PortAddress) -> tuple[PortAddress, ...]:
        """Return the ports of other products that a port's SQL reads directly."""
        product, analysis = self.product(port.product), self.analyses.get(port)
        if product is None or analysis is None:
            return ()
        return tuple(sorted({i.port for i in product.inputs if i.port is not None and i.name in analysis.inputs}))

    def port_targets(self, port: PortAddress) -> tuple[PortAddress, ...]:
        """Return the ports of other products whose SQL reads a port directly."""
        found = {address for local, address, analysis in self._taking(port) if local in analysis.inputs}
        return tuple(sorted(found))

    def readers(self, column: ColumnAddress) -> tuple[Reader, ...]:
        """Return every place in other products' SQL that reads a column."""
        return tuple(sorted(self._readers(column)))

    def sources(self, column: ColumnAddress) -> tuple[ColumnAddress, ...]:
        """Return the columns of other products' ports whose values flow directly into a column."""
        product = self.product(column.port.product)
        analysis = self.analyses.get(column.port)
        made = None if analysis is None else analysis.column(column.name)
        if product is None or made is None:
            return ()
        ports = {i.name: i.port for i in product.inputs}
        found = {port.column(name) for local, name in made.sources if (port := ports.get(local)) is not None}
        return tuple(sorted(found))

    def source_columns(self, column: ColumnAddress) -> tuple[SourceColumn, ...]:
        """Return the columns of the product's own sources whose values flow directly into a column."""
        product = self.product(column.port.product)
        analysis = self.analyses.get(column.port)
        made = None if analysis is None else analysis.column(column.name)
        if product is None or made is None:
            return ()
        own = {i.name for i in product.inputs if i.source is not None}
        return tuple(sorted(SourceColumn(product.address, i, name) for i, name in made.sources if i in own))

    def targets(self, column: ColumnAddress) -> tuple[ColumnAddress, ...]:
        """Return the columns of other products' ports that the values of a column flow directly into."""
        found = {
            port.column(made.name)
            for local, port, analysis in self._taking(column.port)
            for made in analysis.columns
            if (local, column.name) in made.sources
        }
        return tuple(sorted(found))

    def column_upstream(self, column: ColumnAddress, depth: int | None = None) -> tuple[ColumnAddress, ...]:
        """Return all columns whose values flow into a column, at most `depth` products away; not itself."""
        return self._sorted_columns(_reached(column, self.sources, depth))

    def column_downstream(self, column: ColumnAddress, depth: int | None = None) -> tuple[ColumnAddress, ...]:
        """Return all columns that the values of a column flow into, at most `depth` products away; not itself."""
        return self._sorted_columns(_reached(column, self.targets, depth))

    def impact(self, column: ColumnAddress) -> tuple[ProductAddress, ...]:
        """Return the products that would feel it if a column changed: who reads it or a column made of it."""
        flow = (column, *self.column_downstream(column))
        return self._sorted({reader.product for part in flow for reader in self._readers(part)})

    def _readers(self, column: ColumnAddress) -> Iterator[Reader]:
        for local, port, analysis in self._taking(column.port):
            into = next((c.name for c in analysis.columns if (local, column.name) in c.sources), None)
            for read in analysis.reads:
                if read.input == local and read.column == column.name:
                    yield Reader(port.product, port, read.at, into)

    def _taking(self, port: PortAddress) -> Iterator[tuple[str, PortAddress, Analysis]]:
        """Yield the local name, the reading port and its analysis wherever a port is an input."""
        for consumer, taken in self._taken.get(port, ()):
            yield from ((taken.name, address, analysis) for address, analysis in self.analyses_of(consumer))

    def _sorted(self, products: set[ProductAddress]) -> tuple[ProductAddress, ...]:
        return tuple(sorted(products, key=self._position.__getitem__))

    def _sorted_columns(self, columns: set[ColumnAddress]) -> tuple[ColumnAddress, ...]:
        return tuple(sorted(columns, key=lambda c: (self._position.get(c.port.product, -1), c)))


def _reached(start: Node, step: Callable[[Node], tuple[Node, ...]], depth: int | None) -> set[Node]:
    """Return what can be reached from `start` in at most `depth` steps, without it."""
    found: set[Node] = set()
    edge = [start]
    while edge and depth != 0:
        edge = [node for node in dict.fromkeys(n for e in edge for n in step(e)) if node not in found and node != start]
        found.update(edge)
        depth = None if depth is None else depth - 1
    return found
