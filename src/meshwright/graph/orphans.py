"""Orphans: which products, ports, tables, columns and terms does nobody use, though they are there to be used?

Known from SQL. A product that is made for people (consumerAligned) is none: nobody's SQL has to read it. Nor is a key,
which tells rows apart, nor a column of a port one of whose readers cannot be understood: it may read anything.
"""

from collections.abc import Iterator

from meshwright.graph.graph import MeshGraph
from meshwright.graph.terms import carriers
from meshwright.model.address import ColumnAddress, PortAddress, ProductAddress, TableAddress
from meshwright.model.analysis import Analysis
from meshwright.model.diagnostic import errors
from meshwright.model.mesh import Term
from meshwright.model.product import DataProduct, OutputPort, OutputTable, ProductType
from meshwright.model.products import Products
from meshwright.model.value import value


@value
class Orphan:
    """What nobody uses, and what is known of that."""

    subject: ProductAddress | PortAddress | TableAddress | ColumnAddress | Term
    reason: str


def orphans(graph: MeshGraph) -> tuple[Orphan, ...]:
    """Return what nobody uses, by address; of what is unused as a whole no parts are named. Terms come last."""
    products = (graph.product(address) for address in graph.addresses)
    found = [o for p in products if p is not None and p.type is not ProductType.CONSUMER_ALIGNED for o in _of(graph, p)]
    carried = carriers(graph.mesh.glossary, Products.of(graph.mesh.products))
    unused = (term for term in graph.mesh.glossary if not carried[term.name])
    return (*found, *(Orphan(term, "no column carries it") for term in unused))


def _of(graph: MeshGraph, product: DataProduct) -> Iterator[Orphan]:
    if not graph.consumers(product.address):
        yield Orphan(product.address, "no product reads it")
        return
    for port in product.outputs:
        address = product.port_address(port)
        if not graph.consumers_of_port(address):
            yield Orphan(address, _unread(graph, product, port))
        else:
            yield from _tables(graph, address, port)


def _unread(graph: MeshGraph, product: DataProduct, port: OutputPort) -> str:
    newer = [p for p in product.outputs if p.name == port.name and p.major > port.major]
    read = [p for p in newer if graph.consumers_of_port(product.port_address(p))]
    if read:
        return f"all have moved to `{read[-1].name}@{read[-1].major}`"
    return "no product reads it, only other ports of the product"


def _tables(graph: MeshGraph, address: PortAddress, port: OutputPort) -> Iterator[Orphan]:
    read = _read(graph, address)
    if read is None:
        return
    consumers = len(graph.consumers_of_port(address))
    who = "its only consumer does not read it" if consumers == 1 else f"none of its {consumers} consumers reads it"
    for name, table in port.named:
        if name not in read:
            yield Orphan(address.table(name), who)
            continue
        for column in table.made_columns:
            if not column.primary_key and column.name not in read[name]:
                yield Orphan(address.table(name).column(column.name), who)


def _read(graph: MeshGraph, port: PortAddress) -> dict[str, set[str]] | None:
    """Return the columns that consumers read, by the names of the tables; None where one cannot be understood."""
    found: dict[str, set[str]] = {}
    for address in graph.consumers_of_port(port):
        consumer = graph.product(address)
        analyses = dict(graph.analyses_of(address))
        if consumer is None or not all(_is_understood(t, analyses.get(own)) for own, t in consumer.tables()):
            return None
        inputs = {i.name for i in consumer.inputs if i.port == port}
        for analysis in analyses.values():
            pairs = [*((local, None) for local in analysis.inputs), *((r.input, r.column) for r in analysis.reads)]
            for local, column in pairs:
                head, _, table = local.partition(".")
                if head in inputs:
                    found.setdefault(table, set()).update([column] if column else ())
    return found


def _is_understood(table: OutputTable, analysis: Analysis | None) -> bool:
    return table.virtual is None and analysis is not None and not errors(analysis.diagnostics)
