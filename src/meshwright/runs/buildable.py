"""Buildable: a product with its SQL in the engine's dialect, from wherever it comes: a released record or manifests."""

from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from meshwright.engine.capabilities import Capabilities, refuse_dialect
from meshwright.engine.protocol import StandIns
from meshwright.model.address import ProductAddress
from meshwright.model.contract import Column, LogicalType
from meshwright.model.errors import NotFound
from meshwright.model.identity import Digest
from meshwright.model.naming import local_table, sql_name
from meshwright.model.product import DataProduct, InputPort, OutputTable
from meshwright.model.spelling import did_you_mean
from meshwright.model.value import value
from meshwright.release.queries import asked_of, queries_of
from meshwright.release.record import Query, Record, speaking

if TYPE_CHECKING:
    from meshwright.graph.graph import MeshGraph


@value
class Buildable:
    """What a run needs to know of a product, of whose inputs it knows `columns`, as `Work` says.

    With `stand_ins`, inputs that cannot be reached are stood in for.
    """

    product: DataProduct
    queries: tuple[Query, ...]
    release: Digest | None = None
    columns: Mapping[str, tuple[Column, ...]] = field(default_factory=dict)
    stand_ins: StandIns | None = None


def released(record: Record, engine: Capabilities) -> Buildable:
    """Return a product as a release froze it: its SQL was bound when it was cut."""
    _refuse_dialects(engine, record.product)
    product, queries = record.speaking(engine.dialect), record.queries(engine.dialect)
    return Buildable(product, queries, record.release, dict(record.contents.optional))


def committed(graph: "MeshGraph", address: ProductAddress, root: Path, engine: Capabilities) -> Buildable:
    """Return a product as its manifest at `root` says, for a laptop. Raises `NotFound`."""
    product = graph.product(address)
    if product is None:
        hint = did_you_mean(str(address), map(str, graph.order), otherwise="`mesh list` shows all products")
        raise NotFound(f"there is no product `{address}`", hint=hint)
    if not product.file:
        hint = "what reads it is built here on rows made up from its contract"
        raise NotFound(f"`{address}` is in another repository, and cannot be built here", hint=hint)
    _refuse_dialects(engine, product)
    made = [(address, table, graph.analyses.get(address)) for address, table in product.tables()]
    queries = tuple(q for one in made for q in queries_of(*one, (engine.dialect,)) if q.dialect == engine.dialect)
    asked = (q for of, table, _ in made for q in asked_of(of, table, (engine.dialect,)) if q.dialect == engine.dialect)
    folder = (root / product.file).parent / "fixtures"
    columns = dict(found for port in product.inputs for found in _columns(graph, product, port))
    return Buildable(speaking(product, asked), queries, None, columns, StandIns(folder))


def _refuse_dialects(engine: Capabilities, product: DataProduct) -> None:
    """Refuse SQL that may mean something else to an engine, before anything is read."""
    for address, table in product.tables():
        refuse_dialect(engine, address, table)


def _columns(graph: "MeshGraph", product: DataProduct, port: InputPort) -> Iterator[tuple[str, tuple[Column, ...]]]:
    """Yield what is known of an input's columns, with all that tells what a likely value of them is, by its tables."""
    upstream = None if port.port is None else graph.output(port.port)
    if upstream is None:
        yield port.name, tuple(_source_columns(graph, product, port))
        return
    for name, table in upstream.named:
        likely = (replace(c, examples=c.examples or _valid(table, c.name)) for c in table.columns)
        yield local_table(port.name, name.lower()), tuple(likely)


def _source_columns(graph: "MeshGraph", product: DataProduct, port: InputPort) -> Iterator[Column]:
    """Yield what is known of the columns of a source: as declared, or as they are read, and as they are passed on."""
    becomes = {taken: (output, column) for output, taken, column in _becomes(graph, product, sql_name(port.name))}
    for column in port.columns or _undeclared(graph, product, port):
        output, made = becomes.get(column.name, (None, None))
        if output is None or made is None:
            yield column
        else:
            examples = column.examples or made.examples or _valid(output, made.name)
            kind = column.type if port.columns else made.type
            yield replace(column, type=kind, examples=examples, primary_key=column.primary_key or made.primary_key)


def _undeclared(graph: "MeshGraph", product: DataProduct, port: InputPort) -> Iterator[Column]:
    """Yield the columns that the product's SQL reads of a source that nobody described."""
    analyses = [graph.analyses.get(address) for address, _ in product.tables()]
    names = {r.column for a in analyses if a for r in a.reads if r.input == sql_name(port.name)}
    return (Column(name, LogicalType.STRING) for name in sorted(names))


def _becomes(graph: "MeshGraph", product: DataProduct, local: str) -> Iterator[tuple[OutputTable, str, Column]]:
    """Yield each column of an input that alone makes a column of an output, and that column."""
    for address, output in product.tables():
        analysis = graph.analyses.get(address)
        for made in () if analysis is None else analysis.columns:
            column = output.contract.column(made.name)
            if column is not None and len(made.sources) == 1 and made.sources[0][0] == local:
                yield output, made.sources[0][1], column


def _valid(table: OutputTable, column: str) -> tuple[str, ...]:
    """Return the values that a contract allows for a column."""
    return next((c.valid_values for c in table.contract.checks if c.valid_values and c.columns == (column,)), ())
