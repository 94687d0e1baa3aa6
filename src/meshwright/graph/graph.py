"""Graph: what feeds what, down to the column, and who would feel a change?

Products are edges by the ports they read; columns by the analyses of the SELECTs between them. An edge between two
columns is found in the analyses along an edge between two products; `flow` keeps those that somebody has followed.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from weakref import proxy

from meshwright.graph.cycles import cycle
from meshwright.graph.flow import Flow
from meshwright.graph.links import Links
from meshwright.graph.terms import disagreements
from meshwright.model.address import ColumnAddress, PortAddress, ProductAddress, SourceColumn, TableAddress
from meshwright.model.analysis import Analysis
from meshwright.model.diagnostic import Diagnostic, Location
from meshwright.model.mesh import Mesh
from meshwright.model.naming import local_table
from meshwright.model.product import DataProduct, OutputPort, OutputTable
from meshwright.model.products import Products
from meshwright.model.value import value

Made = TypeVar("Made")
_Taken = tuple[PortAddress, ProductAddress]
"""A port, and a product that reads it directly."""


@value(order=True)
class Reader:
    """One place in another product where a column is read.

    `table` is what its SQL makes, `column` the first column of it that the values flow into; None where they only
    decide which rows there are (a join, a filter, an order).
    """

    product: ProductAddress
    table: TableAddress
    at: Location
    column: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, weakref_slot=True)
class MeshGraph:
    """A mesh, linked. Made by `build`; results are in topological order, inputs before what is made of them.

    Products on a cycle are in `order` too, so that nothing disappears; `diagnostics` names the cycle. `digests` name
    what products of it are made of: those of the same digest are the same, and need not be looked at. A release that is
    only held against another mesh is never put in order.
    """

    mesh: Mesh
    analyses: Mapping[TableAddress, Analysis]
    digests: Mapping[ProductAddress, str] = field(repr=False, compare=False)
    _products: Products = field(repr=False, compare=False)
    _links: Callable[[], Links] = field(repr=False, compare=False)
    _made: dict[Any, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, make: "Callable[[MeshGraph], Made]") -> Made:
        """Return what is made of this graph, and make it once: a graph never changes."""
        if make not in self._made:
            # What is made may point back, but must not keep the graph, and the files it reads from, open for ever.
            self._made[make] = make(proxy(self))
        made: Made = self._made[make]
        return made

    def __contains__(self, address: ProductAddress) -> bool:
        return address in self._products.outlines

    @property
    def addresses(self) -> Collection[ProductAddress]:
        """The addresses of its products, sorted."""
        return self._products.outlines.keys()

    @property
    def order(self) -> tuple[ProductAddress, ...]:
        """The addresses of its products, inputs before what is made of them, else sorted."""
        return self._links().order

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is wrong between its products: that they wait for each other, or mean different things by a term."""
        cycles = ([self._products.at(address) for address in known] for known in self._links().cycles)
        return (*map(cycle, cycles), *disagreements(self.mesh.glossary, self._products))

    def product(self, address: ProductAddress) -> DataProduct | None:
        """Return the product at an address."""
        return self._products.get(address)

    def output(self, address: PortAddress) -> OutputPort | None:
        """Return the output port at an address."""
        product = self.product(address.product)
        return None if product is None else product.output(address.name, address.major)

    def analyses_of(self, product: ProductAddress) -> Iterator[tuple[TableAddress, Analysis]]:
        """Yield the analyses of a product's tables."""
        known = self.product(product)
        for address, _ in known.tables() if known else ():
            if (analysis := self.analyses.get(address)) is not None:
                yield address, analysis

    def table(self, address: TableAddress) -> OutputTable | None:
        """Return the table at an address."""
        product = self.product(address.port.product)
        return None if product is None else product.table(address)

    def inputs(self, product: ProductAddress) -> tuple[ProductAddress, ...]:
        """Return the products that a product reads directly."""
        outline = self._products.outlines.get(product)
        read = {port.product for port in outline.reads} if outline else set()
        return tuple(sorted((p for p in read if p in self), key=self._links().position.__getitem__))

    def is_driven(self, product: ProductAddress) -> bool:
        """Tell whether a product runs when its inputs publish, and not by a clock of its own."""
        outline = self._products.outlines.get(product)
        return outline is not None and outline.driven

    def consumers(self, product: ProductAddress) -> tuple[ProductAddress, ...]:
        """Return the products that read a product directly."""
        taken = self._takers(product) if product in self else ()
        return tuple(dict.fromkeys(consumer for _, consumer in taken))

    def consumers_of_port(self, port: PortAddress) -> tuple[ProductAddress, ...]:
        """Return the products that read one port directly."""
        return tuple(dict.fromkeys(consumer for taken, consumer in self._takers(port.product) if taken == port))

    def upstream(self, product: ProductAddress) -> tuple[ProductAddress, ...]:
        """Return all that a product is made of; not itself."""
        found, ring = {product}, {product}
        while ring:
            ring = {source for here in ring for source in self.inputs(here)} - found
            found |= ring
        return tuple(sorted(found - {product}, key=self._links().position.__getitem__))

    def table_sources(self, table: TableAddress) -> tuple[TableAddress, ...]:
        """Return the tables of other products that a table's SQL reads directly."""
        product, analysis = self.product(table.port.product), self.analyses.get(table)
        if product is None or analysis is None:
            return ()
        found = (_meant(product, local) for local in analysis.inputs)
        return tuple(sorted({address for address in found if address is not None}))

    def table_targets(self, table: TableAddress) -> tuple[TableAddress, ...]:
        """Return the tables of other products whose SQL reads a table directly."""
        return tuple(sorted({address for local, address, made in self.taking(table) if local in made.inputs}))

    def port_sources(self, port: PortAddress) -> tuple[PortAddress, ...]:
        """Return the ports of other products that the SQL of a port's tables reads directly."""
        return tuple(sorted({source.port for table in self._tables(port) for source in self.table_sources(table)}))

    def port_targets(self, port: PortAddress) -> tuple[PortAddress, ...]:
        """Return the ports of other products with a table whose SQL reads a port directly."""
        return tuple(sorted({target.port for table in self._tables(port) for target in self.table_targets(table)}))

    def readers(self, column: ColumnAddress) -> tuple[Reader, ...]:
        """Return every place in other products' SQL that reads a column."""
        return tuple(sorted(self._readers(column)))

    def sources(self, column: ColumnAddress) -> tuple[ColumnAddress, ...]:
        """Return the columns of other products' tables whose values flow directly into a column."""
        product = self.product(column.port.product)
        analysis = self.analyses.get(column.table)
        made = None if analysis is None else analysis.column(column.name)
        if product is None or made is None:
            return ()
        read = ((_meant(product, local), name) for local, name in made.sources)
        return tuple(sorted({table.column(name) for table, name in read if table is not None}))

    def source_columns(self, column: ColumnAddress) -> tuple[SourceColumn, ...]:
        """Return the columns of the product's own sources whose values flow directly into a column."""
        product = self.product(column.port.product)
        analysis = self.analyses.get(column.table)
        made = None if analysis is None else analysis.column(column.name)
        if product is None or made is None:
            return ()
        own = {i.name for i in product.inputs if i.source is not None}
        return tuple(sorted(SourceColumn(product.address, i, name) for i, name in made.sources if i in own))

    def targets(self, column: ColumnAddress) -> tuple[ColumnAddress, ...]:
        """Return the columns of other products' tables that the values of a column flow directly into."""
        found = {
            table.column(made.name)
            for local, table, analysis in self.taking(column.table)
            for made in analysis.columns
            if (local, column.name) in made.sources
        }
        return tuple(sorted(found))

    def impact(self, column: ColumnAddress) -> tuple[ProductAddress, ...]:
        """Return the products that would feel it if a column changed: who reads it or a column made of it."""
        return self.once(Flow).readers(column)

    def taking(self, table: TableAddress) -> Iterator[tuple[str, TableAddress, Analysis]]:
        """Yield the local name, the table that is made and its analysis wherever a table is part of an input."""
        for consumer in self.consumers_of_port(table.port):
            product = self.product(consumer)
            for taken in product.inputs if product else ():
                if taken.port == table.port:
                    local = local_table(taken.name, table.name)
                    yield from ((local, address, analysis) for address, analysis in self.analyses_of(consumer))

    def _takers(self, product: ProductAddress) -> Sequence[_Taken]:
        """Return who reads which port of a product, in the order of the graph."""
        return self.once(MeshGraph._taken).get(product, ())

    def _taken(self) -> Mapping[ProductAddress, list[_Taken]]:
        found: dict[ProductAddress, list[_Taken]] = {}
        for consumer in self.order:
            for port in self._products.outlines[consumer].reads:
                found.setdefault(port.product, []).append((port, consumer))
        return found

    def _readers(self, column: ColumnAddress) -> Iterator[Reader]:
        for local, table, analysis in self.taking(column.table):
            into = next((c.name for c in analysis.columns if (local, column.name) in c.sources), None)
            for read in analysis.reads:
                if read.input == local and read.column == column.name:
                    yield Reader(table.port.product, table, read.at, into)

    def _tables(self, port: PortAddress) -> tuple[TableAddress, ...]:
        output = self.output(port)
        return () if output is None else tuple(port.table(name) for name, _ in output.named)


def _meant(product: DataProduct, local: str) -> TableAddress | None:
    """Return the table of another product that a product reads by a local name."""
    name, _, table = local.partition(".")
    taken = product.input(name)
    return None if taken is None or taken.port is None else taken.port.table(table)
