"""What is packed is unpacked again, whole: the places, too, which no digest is taken of."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.model.test_codec import products

from meshwright.manifest.load import load
from meshwright.model.contract import Column, LogicalType
from meshwright.model.diagnostic import Diagnostic, Location, Severity
from meshwright.model.packing import pack, shape, unpack
from meshwright.model.product import DataProduct

EXAMPLES = Path(__file__).parents[2] / "examples"


@given(products)
def test_a_product_is_unpacked_as_it_was_packed(product: DataProduct) -> None:
    assert unpack(DataProduct, pack(DataProduct, product)) == product


@pytest.mark.parametrize("name", ["artgo", "flights"])
def test_a_product_is_unpacked_with_every_place(name: str) -> None:
    for product in load(EXAMPLES / name).mesh.products:
        # repr() shows the fields that take no part in comparison, too.
        assert repr(unpack(DataProduct, pack(DataProduct, product))) == repr(product)


def test_a_column_keeps_where_it_was_written() -> None:
    column = Column("price", LogicalType.NUMBER, at=Location("a/b.yaml", 3, 5, 2, "  - {name: price}"))
    unpacked = unpack(Column, pack(Column, column))
    assert unpacked is not None
    assert unpacked.at == column.at


def test_a_name_that_is_no_text_is_kept() -> None:
    at = Location("domains/shop/caf\udce9/product.yaml")
    assert unpack(Location, pack(Location, at)) == at


@pytest.mark.parametrize(
    "packed",
    [
        pytest.param(None, id="nothing"),
        pytest.param(b"", id="empty"),
        pytest.param(b"\xff\x00", id="not UTF-8"),
        pytest.param(b"{}", id="another shape"),
        pytest.param(b"[1,2]", id="too few fields"),
        pytest.param(b'[["a.yaml",1,1,1,""],"MW0101","fatal","no","",0]', id="too many fields"),
        pytest.param(b'[["a.yaml",1,1,1,""],"MW0101","fatal","no",""]', id="no such member"),
    ],
)
def test_what_cannot_be_unpacked_is_nothing(packed: bytes | None) -> None:
    assert unpack(Diagnostic, packed) is None


@given(st.binary(max_size=60))
def test_any_bytes_give_a_value_or_nothing(packed: bytes) -> None:
    unpack(tuple[Diagnostic, ...], packed)


def test_a_shape_names_every_field_all_the_way_down() -> None:
    named = shape(Diagnostic)
    assert "hint" in named
    assert "width" in named
    assert shape(Severity) == ""
