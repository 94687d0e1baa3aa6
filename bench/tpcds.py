"""The queries of TPC-DS: the lineage of all their columns, held against sqlglot's own in its best mode.

The 99 queries and their 24 tables come with DuckDB's extension `tpcds`, as a package on the index; it needs a DuckDB of
its own, which runs it in a folder of its own. Lineage is what both make of a text: parse it, resolve its names against
the schema, follow each output column to the columns it is made of. A whole analysis finds more: types, every read with
its place in the text, whether the SELECT keeps its contract.
"""

import gc
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlglot import exp
from sqlglot.lineage import Node, lineage
from sqlglot.optimizer.normalize_identifiers import normalize_identifiers
from sqlglot.schema import MappingSchema

from bench.harness import Figure, seconds
from bench.peers import fetched
from meshwright.model.address import ProductAddress
from meshwright.model.contract import Column, Contract, LogicalType
from meshwright.model.naming import sql_name
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
from meshwright.sql.analyse import analyse
from meshwright.sql.lineage import column_lineage
from meshwright.sql.parse import parse
from meshwright.sql.resolve import resolve
from meshwright.sql.text import SqlText

PACKAGE = "duckdb-extension-tpcds==1.5.5"
QUERIES = """
import json, duckdb, duckdb_extension_tpcds
from pathlib import Path

(extension,) = Path(duckdb_extension_tpcds.__file__).parent.rglob("*.duckdb_extension")
connection = duckdb.connect()
connection.execute(f"LOAD '{extension}'")
connection.execute("CALL dsdgen(sf = 0)")
queries = [query for _, query in connection.sql("FROM tpcds_queries()").fetchall()]
columns = "SELECT table_name, column_name, data_type FROM information_schema.columns ORDER BY ALL"
print(json.dumps([queries, connection.sql(columns).fetchall()]))
"""
TYPES = {"BIGINT": LogicalType.INTEGER, "DATE": LogicalType.DATE, "INTEGER": LogicalType.INTEGER}
Leaves = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Workload:
    """The texts of some queries, and the columns of the tables that they read."""

    queries: tuple[str, ...]
    tables: Mapping[str, tuple[Column, ...]]

    def read_by(self, query: str) -> dict[str, tuple[Column, ...]]:
        """Return the tables that a query names, as the inputs of a product would be declared."""
        words = set(query.replace(",", " ").replace("(", " ").replace(")", " ").split())
        return {name: columns for name, columns in self.tables.items() if name in words}


def figures() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        known = tpcds(Path(folder))
    if known is None:
        return []
    schema = sqlglot_schema(known)
    compared = sum(len(differences(query, known, schema)[0]) for query in known.queries)
    different = [name for query in known.queries for name in differences(query, known, schema)[1]]
    theirs = _per_query(known, lambda query: sqlglot_lineage(query, schema))
    ours = _per_query(known, lambda query: leaves(query, known))
    whole = _per_query(known, lambda query: analysis(query, known))
    versus = f"sqlglot's best mode takes {theirs:.2f} ms; {compared} outputs compared, {len(different)} different"
    return [
        Figure("TPC-DS: column lineage of a query", ours, "cpu ms", 3.0, versus),
        Figure("TPC-DS: the whole analysis of a query", whole, "cpu ms", 5.0, "no peer: types, places, contract"),
    ]


def tpcds(into: Path) -> Workload | None:
    """Ask the extension for its queries and tables; None where it cannot be had."""
    packages = fetched(PACKAGE, into, alone=False)
    if packages is None:
        return None
    environment = os.environ | {"PYTHONPATH": str(packages)}
    done = subprocess.run(
        [sys.executable, "-c", QUERIES], capture_output=True, text=True, check=True, env=environment, cwd=into
    )
    queries, columns = json.loads(done.stdout)
    tables: dict[str, tuple[Column, ...]] = {}
    for table, column, kind in columns:
        type_ = LogicalType.STRING if kind == "VARCHAR" else TYPES.get(kind, LogicalType.NUMBER)
        tables[table] = (*tables.get(table, ()), Column(column, type_))
    return Workload(tuple(query.strip().rstrip(";") for query in queries), tables)


def leaves(query: str, known: Workload) -> dict[str, Leaves]:
    """Return what each output column of a query is made of, by our one pass."""
    text = SqlText(query, "duckdb", "query.sql")
    tree = parse(text)
    assert isinstance(tree, exp.Query)
    resolved = resolve(text, normalize_identifiers(tree, dialect=text.dialect), known.read_by(query))
    found = zip(resolved.tree.selects, column_lineage(resolved.scopes[-1]), strict=True)
    return {item.alias_or_name: sources for item, sources in found}


def sqlglot_leaves(query: str, schema: MappingSchema) -> dict[str, Leaves]:
    """Return the same by sqlglot's `lineage`."""
    return {
        name: frozenset(
            (leaf.expression.name, leaf.name.rpartition(".")[2])
            for leaf in root.walk()
            if not leaf.downstream and isinstance(leaf.expression, exp.Table)
        )
        for name, root in sqlglot_lineage(query, schema).items()
    }


def sqlglot_lineage(query: str, schema: MappingSchema) -> dict[str, Node]:
    """Trace all columns at once, without trimming the SELECTs for each: the fastest way that sqlglot has."""
    return lineage(None, query, schema=schema, dialect="duckdb", trim_selects=False)


def sqlglot_schema(known: Workload) -> MappingSchema:
    """Return the tables as sqlglot wants them, made once."""
    return MappingSchema(
        {table: {c.name: "VARCHAR" for c in columns} for table, columns in known.tables.items()}, dialect="duckdb"
    )


def differences(query: str, known: Workload, schema: MappingSchema) -> tuple[list[str], list[str]]:
    """Return the outputs that both name, and those of them that they say to be made of different columns."""
    ours, theirs = leaves(query, known), sqlglot_leaves(query, schema)
    both = sorted(ours.keys() & theirs.keys())
    return both, [name for name in both if ours[name] != theirs[name]]


def analysis(query: str, known: Workload) -> None:
    """Understand a query as the SQL of a product whose inputs are the tables it reads."""
    tables = known.read_by(query)
    inputs = tuple(InputPort(t.replace("_", "-"), DatabaseSource("shop", t), columns=c) for t, c in tables.items())
    table = OutputTable(Contract("made", ()), PublishMode.REPLACE, Transform(query, "duckdb", "query.sql"))
    port = OutputPort("made", "1.0.0", (table,))
    address = ProductAddress("shop", "made")
    product = DataProduct(address, ProductType.AGGREGATE, "", InputsSchedule(), inputs, (port,))
    analyse(product, table, {sql_name(i.name): i.columns for i in inputs})


def _per_query(known: Workload, work: Callable[[str], object]) -> float:
    def everything() -> None:
        for query in known.queries:
            work(query)

    gc.collect()
    gc.freeze()
    return seconds(everything) / len(known.queries) * 1000
