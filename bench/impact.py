"""Who would feel it if one column changed, in a mesh of 10,000 products with 100,000 columns?

networkx holds the same columns, the products that read them, and the same edges between them; it is asked for the
descendants of the same columns. Both have their index in memory; ours is made as it is asked.
"""

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.harness import Figure
from bench.peers import fetched
from meshwright.graph.build import build
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import ColumnAddress, ProductAddress, TableAddress
from meshwright.model.analysis import Analysis, ColumnRead, OutputColumn
from meshwright.model.contract import Column, Contract, LogicalType
from meshwright.model.diagnostic import Location
from meshwright.model.mesh import Mesh
from meshwright.model.product import (
    DatabaseSource,
    DataProduct,
    InputPort,
    InputsSchedule,
    OutputPort,
    OutputTable,
    ProductType,
    PublishMode,
    Transform,
)

PRODUCTS = 10_000
NAMES = tuple(f"column_{n}" for n in range(10))
ASKED = 200
SOURCES = 5
"""One product of so many reads no other."""


def figures() -> list[Figure]:
    before = time.process_time()
    graph = mesh_graph(PRODUCTS)
    linked = time.process_time() - before
    asked = random.Random(1).sample([made_column(n, name) for n in range(PRODUCTS) for name in NAMES], ASKED)
    first, again = _milliseconds(graph, asked), _milliseconds(graph, asked)
    print(f"  mesh made and linked in {linked:.2f} s; the first time {statistics.mean(first):.2f} ms", file=sys.stderr)
    found = [len(graph.impact(column)) for column in asked]
    mean, most = _networkx(graph, asked, found)
    return [
        Figure("impact of a column, the first time", statistics.mean(first), "cpu ms", 5.0, mean),
        Figure("impact of a column", statistics.mean(again), "cpu ms", 5.0, mean),
        Figure("impact of the column that most depend on", again[found.index(max(found))], "cpu ms", 5.0, most),
    ]


def mesh_graph(products: int) -> MeshGraph:
    """Link a mesh in which each product reads two that were there before, one close and one far."""
    contract = Contract("made", tuple(Column(name, LogicalType.NUMBER) for name in NAMES))
    table = OutputTable(contract, PublishMode.REPLACE, Transform("SELECT 1", "duckdb"))
    port = OutputPort("made", "1.0.0", (table,))
    made = []
    analyses = {}
    for number in range(products):
        upstream = tuple(_upstream(number))
        inputs = tuple(InputPort(f"input-{i}", port=made_table(n).port) for i, n in enumerate(upstream))
        inputs = inputs or (InputPort("source", DatabaseSource("shop", "orders")),)
        made.append(DataProduct(_address(number), ProductType.AGGREGATE, "", InputsSchedule(), inputs, (port,)))
        analyses[made_table(number)] = _analysis(upstream)
    return build(Mesh("large", tuple(made)), analyses)


def made_table(number: int) -> TableAddress:
    return _address(number).port("made", 1).table("")


def made_column(number: int, name: str) -> ColumnAddress:
    return made_table(number).column(name)


def _address(number: int) -> ProductAddress:
    return ProductAddress(f"domain-{number % 50}", f"product-{number}")


def _upstream(number: int) -> Iterator[int]:
    if number >= 2 * SOURCES and number % SOURCES:
        yield number - 1
        yield number * 7 // 11


def _analysis(upstream: Sequence[int]) -> Analysis:
    """Make each column of two, and filter by a third."""
    if not upstream:
        return Analysis(("source",), (), tuple(OutputColumn(name, None, (("source", name),)) for name in NAMES))
    columns = tuple(
        OutputColumn(name, LogicalType.NUMBER, (("input-0", name), ("input-1", NAMES[n - 1])))
        for n, name in enumerate(NAMES)
    )
    used = sorted({source for column in columns for source in column.sources} | {("input-1", NAMES[0])})
    reads = tuple(ColumnRead(i, name, Location("made.sql", line)) for line, (i, name) in enumerate(used, start=1))
    return Analysis(("input-0", "input-1"), reads, columns)


def _milliseconds(graph: MeshGraph, asked: Sequence[ColumnAddress]) -> list[float]:
    costs = []
    for column in asked:
        before = time.process_time()
        graph.impact(column)
        costs.append((time.process_time() - before) * 1000)
    return costs


def _networkx(graph: MeshGraph, asked: Sequence[ColumnAddress], found: Sequence[int]) -> tuple[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        packages = fetched("networkx==3.6.1", Path(folder))
        if packages is None:
            return "networkx could not be had", "networkx could not be had"
        sys.path.insert(0, str(packages))
        import networkx as nx  # type: ignore[import-not-found, import-untyped, unused-ignore]  # a peer
    edges: Any = nx.DiGraph()
    for table, analysis in graph.analyses.items():
        product = graph.product(table.port.product)
        assert product is not None
        ports = {i.name: i.port.table("") for i in product.inputs if i.port is not None}
        for column in analysis.columns:
            edges.add_edges_from(
                (ports[i].column(n), table.column(column.name)) for i, n in column.sources if i in ports
            )
        edges.add_edges_from((ports[r.input].column(r.column), product.address) for r in analysis.reads)
    reached, costs = [], []
    for start in asked:
        before = time.process_time()
        reached.append(nx.descendants(edges, start) if start in edges else set())
        costs.append((time.process_time() - before) * 1000)
    products = [sum(isinstance(node, ProductAddress) for node in nodes) for nodes in reached]
    same = "the same" if products == list(found) else "OTHER"
    widest = found.index(max(found))
    return (
        f"networkx takes {statistics.mean(costs):.2f} ms for {same} products, {statistics.mean(found):.0f} on average",
        f"networkx takes {costs[widest]:.2f} ms for {same} products, {found[widest]}",
    )
