"""Our one pass finds the columns that sqlglot's own lineage finds, output by output."""

from collections.abc import Callable
from pathlib import Path

import pytest
from bench.tpcds import Workload, differences, leaves, sqlglot_leaves, sqlglot_schema, tpcds
from hypothesis import given, settings
from hypothesis import strategies as st

from meshwright.model.contract import Column, LogicalType

TABLES = {
    name: tuple(Column(column, LogicalType.NUMBER) for column in columns)
    for name, columns in (("orders", ("id", "buyer", "amount")), ("buyers", ("id", "country", "amount")))
}
SHAPES = (
    "{0}",
    "{0} + {1}",
    "COALESCE({0}, {1}, 0)",
    "SUM({0}) OVER (PARTITION BY {1})",
    "CASE WHEN {0} > 0 THEN {1} ELSE 1 END",
    "(SELECT MAX(buyers.amount) FROM buyers) + {0}",
    "(SELECT COUNT(*) FROM orders WHERE orders.id = {0})",
    "42",
)

Draw = Callable[[st.SearchStrategy[str]], str]


@st.composite
def selects(draw: Draw, width: int, depth: int = 2) -> str:
    """A SELECT of so many columns, c0, c1 …, over tables, subqueries, CTEs, joins and unions."""
    kinds = ["table", "join"] + (["subquery", "cte", "union"] if depth else [])
    match kind := draw(st.sampled_from(kinds)):
        case "union":
            parts = [draw(selects(width, depth - 1)) for _ in range(2)]
            return " UNION ALL ".join(f"SELECT * FROM ({part}) AS u{n}" for n, part in enumerate(parts))
        case "subquery" | "cte":
            inner, columns = draw(selects(width, depth - 1)), [f"s.c{n}" for n in range(width)]
            before, source = (f"WITH s AS ({inner}) ", "s") if kind == "cte" else ("", f"({inner}) AS s")
        case "join":
            before, source = "", "orders AS o JOIN buyers AS b ON o.buyer = b.id"
            columns = ["o.id", "o.buyer", "o.amount", "b.country", "country", "b.amount"]
        case _:
            before, source, columns = "", "orders", ["id", "buyer", "orders.amount"]
    items = []
    for n in range(width):
        one, other = (draw(st.sampled_from(columns)) for _ in range(2))
        items.append(f"{draw(st.sampled_from(SHAPES)).format(one, other)} AS c{n}")
    return f"{before}SELECT {', '.join(items)} FROM {source}"


@settings(max_examples=150, deadline=None)
@given(query=st.integers(1, 3).flatmap(selects))
def test_generated_queries_are_traced_alike(query: str) -> None:
    known = Workload((query,), TABLES)
    assert leaves(query, known) == sqlglot_leaves(query, sqlglot_schema(known))


@pytest.mark.proof
def test_the_queries_of_tpc_ds_are_traced_alike(tmp_path: Path) -> None:
    known = tpcds(tmp_path)
    if known is None:
        pytest.skip("the package with the queries of TPC-DS cannot be had here")
    schema = sqlglot_schema(known)
    found = [differences(query, known, schema) for query in known.queries]
    assert len(known.queries) == 99
    assert sum(len(compared) for compared, _ in found) > 600
    assert [different for _, different in found if different] == []
