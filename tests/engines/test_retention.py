"""No row is kept that is older than its table says, behind the watermark of its product."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.engines.shop import HOUR, SALES, Shop
from tests.engines.test_quarantine import CHEAP, HALF, aside

from meshwright.model.product import PublishMode, Retention

OpenShop = Callable[..., Shop]

BY_INTERVAL = Retention(2 * HOUR)
BY_COLUMN = Retention(2 * HOUR, "sold_at")
ADDING = [PublishMode.APPEND, PublishMode.MERGE, PublishMode.PARTITION]


@pytest.mark.parametrize("mode", ADDING)
@pytest.mark.parametrize(
    ("retention", "left"),
    [
        pytest.param(BY_INTERVAL, [("b", 2), ("c", 3)], id="by the interval"),
        pytest.param(BY_COLUMN, [("b", 2), ("c", 3)], id="by a column"),
        pytest.param(Retention(timedelta(days=1)), [("a", 1), ("b", 2), ("c", 3)], id="all are young"),
        pytest.param(None, [("a", 1), ("b", 2), ("c", 3)], id="for good"),
    ],
)
def test_a_publish_deletes_what_is_older(
    open_shop: OpenShop, mode: PublishMode, retention: Retention | None, left: list[tuple[str, int]]
) -> None:
    shop = open_shop(mode=mode, retention=retention)
    for hour, sale in enumerate("abc"):
        last = shop.sell(hour, [(sale, hour + 1)])
    assert shop.sales() == left
    assert last.rows == shop.engine.publishes(SALES)[-1].rows == len(left)


@pytest.mark.parametrize("mode", ADDING)
def test_an_old_interval_that_is_built_again_brings_nothing_back(open_shop: OpenShop, mode: PublishMode) -> None:
    shop = open_shop(mode=mode, retention=BY_INTERVAL)
    for hour, sale in enumerate("abc"):
        shop.sell(hour, [(sale, hour + 1)])
    again = shop.sell(0, [("a", 1), ("z", 26)])
    assert shop.sales() == [("b", 2), ("c", 3)]
    assert again.rows == 2


def test_a_merged_row_does_not_go_back_to_what_it_was_before(open_shop: OpenShop) -> None:
    shop = open_shop(mode=PublishMode.MERGE, retention=BY_INTERVAL)
    shop.sell(0, [("a", 1)])
    shop.sell(1, [("a", 2)])
    shop.sell(2, [("b", 3)])
    shop.sell(3, [("c", 4)])
    assert shop.sales() == [("b", 3), ("c", 4)]
    shop.sell(1, [("d", 5)])
    assert shop.sales() == [("b", 3), ("c", 4)]


def test_a_replaced_table_is_cut_by_its_column(open_shop: OpenShop) -> None:
    shop = open_shop(mode=PublishMode.REPLACE, retention=Retention(HOUR, "sold_at"))
    assert shop.sell(0, [("a", 1)]).rows == 1
    old = replace(shop, sql="SELECT sale_id, price, sold_at - INTERVAL 3 HOUR AS sold_at FROM orders")
    assert old.sell(1, [("b", 2)]).rows == 0
    assert old.sales() == []


def test_what_was_set_aside_goes_with_its_interval(open_shop: OpenShop) -> None:
    shop = open_shop(
        mode=PublishMode.APPEND, retention=BY_INTERVAL, checks=(CHEAP,), quarantine=("cheap",), at_most=HALF
    )
    for hour, sale in enumerate("abc"):
        shop.sell(hour, [(sale, hour + 1), (f"dear-{sale}", 22)])
    assert aside(shop) == [("dear-c", ("cheap",)), ("dear-b", ("cheap",))]
