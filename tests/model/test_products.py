"""Products are those that they were made of, in the order of addresses, and read when somebody looks."""

import pytest
from tests.graph.meshes import address, product

from meshwright.model.address import ProductAddress
from meshwright.model.contract import LogicalType
from meshwright.model.product import DataProduct
from meshwright.model.products import Carried, Outline, Products, outline_of

KNOWN = {address(name): product(name, *reads) for name, reads in (("b", ("a",)), ("a", ()), ("c", ("a", "b")))}


@pytest.fixture
def seen() -> list[ProductAddress]:
    return []


@pytest.fixture
def products(seen: list[ProductAddress]) -> Products:
    def read(at: ProductAddress) -> DataProduct:
        seen.append(at)
        return KNOWN[at]

    return Products({at: outline_of(KNOWN[at]) for at in sorted(KNOWN)}, read)


def test_they_are_a_sequence_in_the_order_of_addresses(products: Products) -> None:
    expected = tuple(KNOWN[address(name)] for name in "abc")
    assert products == expected
    assert expected == products
    assert (len(products), products[0], products[-1], products[1:]) == (3, expected[0], expected[2], expected[1:])
    assert repr(products) == repr(expected)
    assert Products.of(expected) == products
    assert Products.of(products) is products


def test_each_is_read_once_and_only_for_whoever_looks(products: Products, seen: list[ProductAddress]) -> None:
    assert products.get(address("z")) is None
    assert list(products.outlines) == [address(name) for name in "abc"]
    assert not seen
    some = products.only([address("b"), address("z")]).beside(products.only([address("c")]))
    assert some.get(address("b")) is products.get(address("b")) is KNOWN[address("b")]
    assert seen == [address("b")]
    assert some == (KNOWN[address("b")], KNOWN[address("c")])


def test_of_two_that_are_beside_each_other_the_first_counts(products: Products) -> None:
    other = product("a", "b")
    assert Products.of((other,)).beside(products).get(address("a")) is other


def test_an_outline_is_the_same_from_its_plain_form() -> None:
    made = outline_of(product("c", "a", "b"))
    carried = Carried("price", made.offers[0].port.table("lines").column("of.all"), LogicalType.NUMBER, ",{")
    for outline in (made, made._replace(terms=(carried,), driven=True), Outline()):
        assert Outline.of(outline.plain) == outline
