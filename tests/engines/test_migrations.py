"""A release changes what is stored, the one before is gone back to, and it comes again: all run and read right."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from tests.engines.shop import COLUMNS, Shop

from meshwright.model.contract import Column, LogicalType
from meshwright.model.errors import Refused
from meshwright.model.product import PublishMode

OpenShop = Callable[..., Any]
ADDING = [PublishMode.APPEND, PublishMode.MERGE, PublishMode.PARTITION, PublishMode.LEDGER]
MODES = pytest.mark.parametrize("mode", [*ADDING, PublishMode.REPLACE])
SQL = "SELECT sale_id, price, sold_at FROM orders"
SALE, PRICE, SOLD_AT = COLUMNS
TOWN = Column("town", LogicalType.STRING)


def release(shop: Shop, *columns: Column, sql: str = SQL) -> None:
    """Let the product be built as another release says."""
    shop.columns, shop.sql = columns, sql


def rows(shop: Shop, *columns: str) -> list[tuple[object, ...]]:
    return shop.ask(f"SELECT {', '.join(columns)} FROM sales ORDER BY ALL")


def known(shop: Shop, mode: PublishMode, *found: tuple[object, ...]) -> list[tuple[object, ...]]:
    """Return what is to be read: of what is replaced as a whole, the last row alone."""
    return list(found[-1:] if mode is PublishMode.REPLACE else found)


@MODES
def test_a_column_is_added_taken_back_and_added_again(open_shop: OpenShop, mode: PublishMode) -> None:
    shop: Shop = open_shop(mode=mode)
    wider = f"{SQL[:-12]}, 'Ghent' AS town FROM orders"
    shop.sell(0, [("a", 1)])
    release(shop, *COLUMNS, TOWN, sql=wider)
    shop.sell(1, [("b", 2)])
    assert rows(shop, "sale_id", "town") == known(shop, mode, ("a", None), ("b", "Ghent"))
    release(shop, *COLUMNS)
    shop.sell(2, [("c", 3)])
    assert shop.sales() == known(shop, mode, ("a", 1), ("b", 2), ("c", 3))
    release(shop, *COLUMNS, TOWN, sql=wider)
    shop.sell(3, [("d", 4)])
    assert rows(shop, "sale_id", "town") == known(shop, mode, ("a", None), ("b", "Ghent"), ("c", None), ("d", "Ghent"))


@MODES
def test_a_column_that_is_gone_is_there_again_when_its_release_is(open_shop: OpenShop, mode: PublishMode) -> None:
    shop: Shop = open_shop(mode=mode)
    shop.sell(0, [("a", 1), ("b", 2)])
    release(shop, SALE, SOLD_AT, sql="SELECT sale_id, sold_at FROM orders")
    shop.sell(1, [("c", 3)])
    assert rows(shop, "sale_id") == known(shop, mode, ("a",), ("b",), ("c",))
    release(shop, *COLUMNS)
    shop.sell(2, [("d", 4)])
    found = [("a", Decimal(1)), ("b", Decimal(2)), ("c", None), ("d", Decimal(4))]
    assert rows(shop, "sale_id", "price") == known(shop, mode, *found)


def test_what_comes_back_from_the_past_brings_the_columns_that_are_gone(open_shop: OpenShop) -> None:
    shop: Shop = open_shop(mode=PublishMode.MERGE)
    shop.sell(0, [("a", 1)])
    shop.sell(1, [("a", 2)])
    release(shop, SALE, SOLD_AT, sql="SELECT sale_id, sold_at FROM orders")
    shop.sell(1, [("b", 9)])  # the hour makes no `a` any more: that of the hour before is read again
    release(shop, *COLUMNS)
    shop.sell(2, [("c", 3)])
    assert rows(shop, "sale_id", "price") == [("a", Decimal(1)), ("b", None), ("c", Decimal(3))]


@pytest.mark.parametrize("mode", [PublishMode.APPEND, PublishMode.MERGE, PublishMode.PARTITION])
def test_an_integer_is_widened_and_read_as_each_release_says(open_shop: OpenShop, mode: PublishMode) -> None:
    shop: Shop = open_shop(mode=mode, columns=(SALE, replace(PRICE, type=LogicalType.INTEGER), SOLD_AT))
    whole, halves = shop.columns, SQL.replace("price", "price + 0.5 AS price")
    shop.sell(0, [("a", 1)])
    release(shop, *COLUMNS, sql=halves)
    shop.sell(1, [("b", 2)])
    assert rows(shop, "sale_id", "price") == [("a", Decimal(1)), ("b", Decimal("2.5"))]
    release(shop, *whole)
    shop.sell(2, [("c", 3)])
    assert rows(shop, "sale_id", "typeof(price)")[0] == ("a", "BIGINT")
    release(shop, *COLUMNS, sql=halves)
    shop.sell(3, [("d", 4)])
    found = [("a", Decimal(1)), ("b", Decimal("2.5")), ("c", Decimal(3)), ("d", Decimal("4.5"))]
    assert rows(shop, "sale_id", "price") == found, "nothing was rounded where it is stored"


@pytest.mark.parametrize("mode", [PublishMode.APPEND, PublishMode.MERGE, PublishMode.PARTITION])
def test_another_type_is_refused_and_what_is_published_stays(open_shop: OpenShop, mode: PublishMode) -> None:
    shop: Shop = open_shop(mode=mode)
    shop.sell(0, [("a", 1)])
    release(shop, SALE, replace(PRICE, type=LogicalType.STRING), SOLD_AT)
    with pytest.raises(Refused, match="`price` is stored as"):
        shop.sell(1, [("b", 2)])
    release(shop, *COLUMNS)
    shop.sell(1, [("b", 2)])
    assert shop.sales() == [("a", 1), ("b", 2)]


@MODES
def test_columns_in_another_order_and_in_other_capitals_are_the_same(open_shop: OpenShop, mode: PublishMode) -> None:
    shop: Shop = open_shop(mode=mode)
    shop.sell(0, [("a", 1)])
    release(shop, PRICE, replace(SALE, name="Sale_Id"), SOLD_AT)
    shop.sell(1, [("b", 2)])
    assert shop.sales() == known(shop, mode, ("a", 1), ("b", 2))
