"""What the rows of a product refer to in an input is read by it, as what its SQL reads is."""

import shutil
from pathlib import Path

import pytest

from meshwright.compiler.compilation import Compiled, compile_mesh
from meshwright.gate.changes.change import TableRemoved
from meshwright.gate.changes.columns import ColumnRemoved
from meshwright.gate.effects.consumers import consumers
from meshwright.model.address import ProductAddress
from meshwright.model.contract import LogicalType
from meshwright.model.diagnostic import Location

SHOP = Path(__file__).parents[1] / "data" / "corner-shop"
TABLES = Path(__file__).parents[1] / "golden" / "diagnostics" / "tables" / "in"
MANIFEST = "domains/shop/revenue/product.yaml"
REVENUE = ProductAddress("shop", "revenue")
NUMBER = ProductAddress("shop", "orders").port("orders", 1).table().column("order_id")


def compiled(folder: Path, relationships: str = "") -> Compiled:
    """Compile the shop, its revenue's countries referring to something."""
    root = shutil.copytree(SHOP, folder / "mesh")
    text = (root / MANIFEST).read_text()
    assert "primaryKey: true, description" in text
    (root / MANIFEST).write_text(
        text.replace("primaryKey: true, description", f"primaryKey: true, {relationships}description")
    )
    return compile_mesh(root, folder / "cache")


@pytest.fixture
def referring(tmp_path: Path) -> Compiled:
    return compiled(tmp_path / "referring", "relationships: [{to: orders.order_id}], ")


def test_a_column_that_rows_refer_to_is_read(referring: Compiled, tmp_path: Path) -> None:
    plain = compiled(tmp_path / "plain")
    assert not list(plain.graph.readers(NUMBER))
    assert [(r.product, r.at.file, r.at.line) for r in referring.graph.readers(NUMBER)] == [(REVENUE, MANIFEST, 19)]
    gone = ColumnRemoved(NUMBER, LogicalType.STRING, None, Location(""))
    assert [c.product for c in consumers(gone, referring.graph, referring.graph)] == [REVENUE]
    assert consumers(gone, referring.graph, plain.graph) == (), "the proposal refers to it no more"


@pytest.mark.parametrize(
    ("to", "code", "message", "hint"),
    [
        ("orders.ordr_id", "MW0206", "`shop.orders:orders@1` has no column `ordr_id`", "did you mean `order_id`?"),
        ("orders.lines.order_id", "MW0203", "the input `orders` is one table", "did you mean `orders.order_id`?"),
    ],
)
def test_a_reference_to_what_another_product_does_not_offer_is_told(
    tmp_path: Path, to: str, code: str, message: str, hint: str
) -> None:
    found = compiled(tmp_path, f"relationships: [{{to: {to}}}], ").diagnostics
    assert [(d.code, d.message, d.hint) for d in found] == [(code, message, hint)]


def with_lines(folder: Path, to: str) -> Compiled:
    """Compile a report that passes on the lines of orders, which refer to something."""
    root = shutil.copytree(TABLES, folder / "mesh")
    manifest = root / "domains/shop/report/product.yaml"
    line, _, rest = manifest.read_text().partition("name: line,")
    line += f"name: lines,{rest}".replace("primaryKey: true", f"primaryKey: true, relationships: [{{to: {to}}}]")
    manifest.write_text(line)
    return compile_mesh(root, folder / "cache")


def test_one_of_several_tables_is_read_by_who_refers_to_it_alone(tmp_path: Path) -> None:
    found = with_lines(tmp_path, "bought.orders.order_id")
    assert found.diagnostics == ()
    orders = ProductAddress("shop", "orders").port("orders", 1).table("orders")
    report = ProductAddress("shop", "report")
    assert [r.product for r in found.graph.readers(orders.column("order_id"))] == [report]
    assert [c.product for c in consumers(TableRemoved(orders, Location("")), found.graph, found.graph)] == [report]


@pytest.mark.parametrize(
    ("to", "code", "message", "hint"),
    [
        (
            "bought.order_id",
            "MW0203",
            "the input `bought` has several tables, and the reference does not say which",
            "write `bought.orders.order_id`",
        ),
        (
            "bought.ordrs.order_id",
            "MW0203",
            "the input `bought` has no table `ordrs`",
            "did you mean `bought.orders.order_id`?",
        ),
        (
            "bought.orders.ordr_id",
            "MW0206",
            "`shop.orders:orders@1` has no column `ordr_id`",
            "did you mean `order_id`?",
        ),
    ],
)
def test_a_reference_says_which_table_of_several_it_is_to(
    tmp_path: Path, to: str, code: str, message: str, hint: str
) -> None:
    assert [(d.code, d.message, d.hint) for d in with_lines(tmp_path, to).diagnostics] == [(code, message, hint)]
