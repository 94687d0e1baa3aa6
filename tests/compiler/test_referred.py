"""What the rows of a product refer to in an input is read by it, as what its SQL reads is."""

import shutil
from pathlib import Path

import pytest

from meshwright.compiler.compilation import Compiled, compile_mesh
from meshwright.gate.changes.columns import ColumnRemoved
from meshwright.gate.effects.consumers import consumers
from meshwright.model.address import ProductAddress
from meshwright.model.contract import LogicalType
from meshwright.model.diagnostic import Location

SHOP = Path(__file__).parents[1] / "data" / "corner-shop"
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


def test_a_reference_to_what_another_product_does_not_offer_is_told(tmp_path: Path) -> None:
    found = compiled(tmp_path, "relationships: [{to: orders.ordr_id}], ").diagnostics
    assert [(d.code, d.message, d.hint) for d in found] == [
        ("MW0206", "`shop.orders:orders@1` has no column `ordr_id`", "did you mean `order_id`?")
    ]
