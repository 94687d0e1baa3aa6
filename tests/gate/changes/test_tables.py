"""What a change of one table of several means, and for whom."""

from dataclasses import replace

import pytest
from tests.gate.meshes import (
    MESH,
    NOW,
    RANKING,
    RANKING_ADDRESS,
    SALES,
    SALES_PORT,
    column,
    linked,
    with_products,
)

from meshwright.gate.changes.change import subject_of
from meshwright.gate.changes.compare import compare
from meshwright.gate.changes.describe import describe
from meshwright.gate.effects.version import consequence
from meshwright.gate.plan import Plan, plan
from meshwright.graph.graph import MeshGraph
from meshwright.model.contract import Contract, LogicalType
from meshwright.model.product import DataProduct, OutputTable, PublishMode, Transform

LINES = SALES_PORT.table("lines")
LINES_SQL = "SELECT sale_id, artist, price FROM orders"
JOIN = """SELECT
  artist,
  SUM(lines.price) AS revenue
FROM sales.sales
JOIN sales.lines USING (sale_id)
GROUP BY artist"""


def lines(**changes: object) -> OutputTable:
    columns = (column("sale_id", required=True), column("artist"), column("price", LogicalType.NUMBER))
    transform = Transform(LINES_SQL, "duckdb", "domains/marketplace/artwork-sales/sales.lines.sql")
    made = OutputTable(Contract("lines", columns), PublishMode.APPEND, transform)
    return replace(made, **changes)  # type: ignore[arg-type]


def offering(*tables: OutputTable) -> DataProduct:
    return replace(SALES, outputs=(replace(SALES.outputs[0], tables=tables),))


def reading(sql: str) -> DataProduct:
    (port,) = RANKING.outputs
    (table,) = port.tables
    transform = Transform(sql, "duckdb", "domains/creators/trending-artists/ranking.sql")
    return replace(RANKING, outputs=(replace(port, tables=(replace(table, transform=transform),)),))


(ONLY,) = SALES.outputs[0].tables
READS = reading(JOIN.replace("artist,", "sales.artist,").replace("BY artist", "BY sales.artist"))


def current() -> MeshGraph:
    return linked(with_products(offering(ONLY, lines()), READS))


def planned(*tables: OutputTable, reader: DataProduct = READS) -> Plan:
    return plan(current(), linked(with_products(offering(*tables), reader)), NOW)


def edited(made: OutputTable, /, **changes: object) -> OutputTable:
    return replace(made, contract=replace(made.contract, **changes))  # type: ignore[arg-type]


def said(before: MeshGraph, after: MeshGraph) -> list[tuple[str, str, str]]:
    return [(str(subject_of(c)), describe(c), consequence(c).word) for c in compare(before, after)]


TWO = (column("sale_id", required=True), column("artist"))


@pytest.mark.parametrize(
    ("tables", "changes"),
    [
        pytest.param((ONLY, lines()), [], id="nothing"),
        pytest.param((lines(), ONLY), [], id="in another order"),
        pytest.param(
            (ONLY, edited(lines(), columns=TWO)),
            [("lines", "column `price` removed (number)", "major")],
            id="a column of one",
        ),
        pytest.param(
            (ONLY, lines(mode=PublishMode.REPLACE)),
            [("lines", "publishes by replace instead of append", "major")],
            id="the mode of one",
        ),
        pytest.param(
            (ONLY, lines(), replace(lines(), contract=replace(lines().contract, table="notes"))),
            [("notes", "new table", "minor")],
            id="one more",
        ),
        pytest.param(
            (ONLY, edited(lines(), table="items")),
            [("items", "new table", "minor"), ("lines", "table removed", "major")],
            id="renamed",
        ),
    ],
)
def test_each_table_is_compared_with_itself(
    tables: tuple[OutputTable, ...], changes: list[tuple[str, str, str]]
) -> None:
    after = linked(with_products(offering(*tables), READS))
    assert said(current(), after) == [(f"{SALES_PORT}.{name}", what, part) for name, what, part in changes]


def test_words_about_one_table_name_it() -> None:
    after = linked(with_products(offering(ONLY, edited(lines(), description="One row per line")), READS))
    assert said(current(), after) == [(str(SALES_PORT), "reworded: description of lines", "patch")]


def test_a_second_table_gives_the_first_another_name() -> None:
    before, after = linked(MESH), linked(with_products(offering(ONLY, lines()), READS))
    assert said(before, after)[-3:] == [
        (str(SALES_PORT), "table removed", "major"),
        (f"{SALES_PORT}.lines", "new table", "minor"),
        (f"{SALES_PORT}.sales", "new table", "minor"),
    ]
    found = plan(before, linked(with_products(offering(ONLY, lines()))), NOW).findings
    assert [d.message for d in found if d.code == "MW0401"] == [
        f"`{SALES_PORT}` would no longer be one table, which `{RANKING_ADDRESS}` still reads"
    ]


def consumers(made: Plan) -> list[tuple[str, str, str | None, int]]:
    found = [(e, c) for e in made.effects for c in e.consumers]
    return [(describe(e.change), str(c.product), c.column, c.at.line) for e, c in found]


def test_a_removed_column_reaches_those_who_read_it_of_this_table() -> None:
    made = planned(ONLY, edited(lines(), columns=TWO))
    assert consumers(made) == [("column `price` removed (number)", str(RANKING_ADDRESS), "revenue", 3)]
    without = tuple(c for c in ONLY.contract.columns if c.name != "price")
    assert consumers(planned(edited(ONLY, columns=without), lines())) == []


def test_a_removed_table_reaches_those_who_read_it_and_nobody_else() -> None:
    assert consumers(planned(ONLY)) == [("table removed", str(RANKING_ADDRESS), None, 6)] * 2
    alone = reading(JOIN.replace("\nJOIN sales.lines USING (sale_id)", "").replace("lines.price", "price"))
    before = linked(with_products(offering(ONLY, lines()), alone))
    after = linked(with_products(offering(ONLY, edited(lines(), table="items")), alone))
    assert consumers(plan(before, after, NOW)) == []


def test_personal_data_of_a_new_table_ask_the_steward() -> None:
    people = (column("collector_email", classification="personal"),)
    found = planned(ONLY, lines(), edited(lines(), table="collectors", columns=people))
    (need,) = [n for n in found.needs if n.role.startswith("steward")]
    assert need.reasons == (f"personal data in the column `collector_email` of `{SALES_PORT}.collectors`",)
