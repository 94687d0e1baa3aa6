"""Consumers: whom does a change reach, down to the column and the line of their SQL?

A consumer counts while it would still read what changes once the proposal runs. What it reads is taken from the
proposal; where its SQL cannot be understood there (often because of this very change), from what runs now.
"""

from meshwright.gate.access import may_read
from meshwright.gate.changes.change import (
    Change,
    GrainChanged,
    KeyChanged,
    PortRemoved,
    ProductRemoved,
    PromiseLoosened,
    PromiseRemoved,
    PublishChanged,
    TableRemoved,
)
from meshwright.gate.changes.columns import (
    BecameNullable,
    ColumnRemoved,
    ColumnRetyped,
    MaskChanged,
    MeaningChanged,
    UniqueLost,
)
from meshwright.gate.changes.mesh import TermChanged
from meshwright.gate.changes.offers import AccessNarrowed, DeprecationChanged, RetentionShortened
from meshwright.graph.graph import MeshGraph, Reader
from meshwright.model.address import ColumnAddress, PortAddress, ProductAddress, TableAddress
from meshwright.model.contract import ForeignKey
from meshwright.model.diagnostic import Location, errors
from meshwright.model.product import DataProduct, InputPort, OutputTable
from meshwright.model.value import value


@value(order=True)
class Consumer:
    """A product of other people that reads what changes: which of its tables and columns, and where it says so.

    `at` is the read in their SQL, or, for a change of a whole port, their input port.
    """

    product: ProductAddress
    table: TableAddress | None
    column: str | None
    at: Location
    owner: str | None = None


def consumers(change: Change, current: MeshGraph, proposed: MeshGraph) -> tuple[Consumer, ...]:
    """Return those whom a breaking change reaches, in the order of addresses and lines; nobody for any other change."""
    match change:
        case (
            ColumnRemoved(address=column)
            | ColumnRetyped(address=column)
            | BecameNullable(address=column)
            | UniqueLost(address=column)
            | MeaningChanged(address=column)
            | MaskChanged(address=column)
        ):
            return _of_column(column, current, proposed)
        case ProductRemoved(ports=ports):
            return _of_ports(ports, proposed)
        case (
            TableRemoved(address=table)
            | KeyChanged(address=table, before=(_, *_))
            | GrainChanged(address=table)
            | PublishChanged(address=table)
            | RetentionShortened(address=table)
        ):
            return _of_table(table, current, proposed)
        case AccessNarrowed() | DeprecationChanged():
            return _of_offer(change, proposed)
        case TermChanged(name=term, what="unit", before=str()):
            return _of_term(term, current, proposed)
        case PromiseRemoved(address=TableAddress() as table) | PromiseLoosened(address=TableAddress() as table):
            return _of_table(table, current, proposed)
        case (
            PortRemoved(address=port)
            | PromiseRemoved(address=PortAddress() as port)
            | PromiseLoosened(address=PortAddress() as port)
        ):
            return _of_ports((port,), proposed)
        case _:
            return ()


def _of_column(column: ColumnAddress, current: MeshGraph, proposed: MeshGraph) -> tuple[Consumer, ...]:
    known = [(r, current) for r in current.readers(column) if _still_reads(r, column.port, current, proposed)]
    known += [(r, proposed) for r in proposed.readers(column)]
    found = {(r.product, r.table, r.at.file, r.at.line, r.at.column): _consumer(r, graph) for r, graph in known}
    return tuple(found[place] for place in sorted(found))


def _of_offer(change: AccessNarrowed | DeprecationChanged, proposed: MeshGraph) -> tuple[Consumer, ...]:
    """Return those who may read a port no longer, or not for as long as they were told."""
    readers = _of_ports((change.address,), proposed)
    match change:
        case AccessNarrowed(address=port):
            return tuple(c for c in readers if _is_shut_out(c, port, proposed))
        case DeprecationChanged():
            return readers if change.is_sooner else ()


def _is_shut_out(consumer: Consumer, port: PortAddress, proposed: MeshGraph) -> bool:
    output = proposed.output(port)
    return output is not None and not may_read(proposed.mesh, consumer.product.domain, port, output)


def _of_term(term: str, current: MeshGraph, proposed: MeshGraph) -> tuple[Consumer, ...]:
    """Return those who read a column that carries a term of the glossary."""
    carrying = (
        address.column(column.name)
        for product in proposed.mesh.products
        for address, table in product.tables()
        for column in table.contract.columns
        if column.term == term
    )
    return tuple(sorted({c for column in carrying for c in _of_column(column, current, proposed)}))


def _consumer(reader: Reader, graph: MeshGraph) -> Consumer:
    product = graph.product(reader.product)
    return Consumer(reader.product, reader.table, reader.column, reader.at, product.owner if product else None)


def _still_reads(reader: Reader, port: PortAddress, current: MeshGraph, proposed: MeshGraph) -> bool:
    """Tell whether a reader of what runs reads the same in the proposal, or may do so: nobody can tell any more."""
    product = proposed.product(reader.product)
    if product is None or not any(i.port == port for i in product.inputs):
        return False
    analysis = proposed.analyses.get(reader.table)
    if analysis is None or errors(analysis.diagnostics):
        return True
    was, is_now = current.table(reader.table), proposed.table(reader.table)
    before = current.product(reader.product)
    is_same_code = before is not None and before.code == product.code
    if was is None or is_now is None or not is_same_code:
        return False
    return was.transform == is_now.transform and _referring(was) == _referring(is_now)


def _referring(table: OutputTable) -> set[ForeignKey]:
    """Return what the rows of a table refer to in inputs."""
    return {to for check in table.contract.checks if (to := check.refers_to) is not None and to.is_input}


def _of_table(table: TableAddress, current: MeshGraph, proposed: MeshGraph) -> tuple[Consumer, ...]:
    """Return those who read a table: of a port with several, not those who read only others of them."""
    readers = {
        address.port.product
        for graph in (current, proposed)
        for local, address, made in graph.taking(table)
        if local in made.inputs or any(read.input == local for read in made.reads)
    }
    taking = _of_ports((table.port,), proposed)
    return tuple(c for c in taking if not table.name or c.product in readers)


def _of_ports(ports: tuple[PortAddress, ...], proposed: MeshGraph) -> tuple[Consumer, ...]:
    found = {
        Consumer(product.address, None, None, _place(product, taken, proposed), product.owner)
        for port in ports
        for address in proposed.consumers_of_port(port)
        if address != port.product and (product := proposed.product(address)) is not None
        for taken in product.inputs
        if taken.port == port
    }
    return tuple(sorted(found))


def _place(product: DataProduct, port: InputPort, graph: MeshGraph) -> Location:
    """Return where a product says that it reads a port: in its manifest, else at the first read in its SQL."""
    if port.at is not None:
        return port.at
    analyses = (graph.analyses.get(address) for address, _ in product.tables())
    reads = (r.at for a in analyses if a is not None for r in a.reads if r.input.partition(".")[0] == port.name)
    return min(reads, default=Location(product.file))
