"""What somebody is told whose address is none."""

import pytest

from meshwright.model.address import parse
from meshwright.model.errors import NotFound


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        pytest.param(
            "medium-revenue", "write `domain.product`: of which domain is `medium-revenue`?", id="a product alone"
        ),
        pytest.param("shop/orders", "write `shop.orders`", id="a slash"),
        pytest.param("domains/shop/orders/", "write `shop.orders`", id="a folder"),
        pytest.param("domains/shop/orders/product.yaml", "write `shop.orders`", id="a file"),
        pytest.param(
            "shop.orders.lines", "a port stands behind a colon: `shop.orders:lines`", id="a port behind a dot"
        ),
        pytest.param("Shop.Orders", "write `domain.product`", id="other letters"),
    ],
)
def test_who_writes_no_address_is_told_how_to_write_one(text: str, hint: str) -> None:
    with pytest.raises(NotFound) as told:
        parse(text)
    assert told.value.message == f"`{text}` is not an address"
    assert told.value.hint.startswith(hint)
