"""Earlier publishes are brought back, where an engine keeps them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.engines.shop import HOUR, NOW, SALES, START, Shop
from tests.engines.test_quarantine import CHEAP, HALF

from meshwright.engine.duckdb.files import KEPT
from meshwright.model.errors import Busy, NotFound
from meshwright.model.identity import PublishId
from meshwright.model.product import PublishMode
from meshwright.model.publish import Publish
from meshwright.model.time import Interval

OpenShop = Callable[..., Shop]
MODES = pytest.mark.parametrize("mode", [mode for mode in PublishMode if mode is not PublishMode.LEDGER])
ADDING = pytest.mark.parametrize("mode", [PublishMode.APPEND, PublishMode.MERGE, PublishMode.PARTITION])
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def keeping(open_shop: OpenShop) -> OpenShop:
    def open_it(**settings: object) -> Shop:
        shop = open_shop(**settings)
        if not shop.engine.capabilities.keeps:
            assert shop.engine.restorable(SALES) == ()
            with pytest.raises(NotFound, match="keeps nothing"):
                shop.engine.restore(SALES, PublishId("20130101T000000000000-00000000"), NOW)
            pytest.skip(f"{shop.engine.capabilities.name} keeps no earlier publish")
        return shop

    return open_it


def restored(shop: Shop, publish: Publish) -> Publish:
    return shop.engine.restore(SALES, publish.publish_id, LATER)


@MODES
def test_consumers_read_again_what_they_read_before(keeping: OpenShop, mode: PublishMode) -> None:
    shop = keeping(mode=mode)
    first = shop.sell(0, [("a", 1), ("b", 2)])
    read = shop.sales()
    shop.sell(1, [("c", 3)])
    back = restored(shop, first)
    assert shop.sales() == read
    assert back.restores == first.publish_id
    assert (back.rows, back.watermark, back.published_at) == (2, first.watermark, LATER)
    assert [p.publish_id for p in shop.engine.publishes(SALES)][2:] == [back.publish_id], "a publish of its own"


@ADDING
def test_the_next_run_builds_upon_what_was_brought_back(keeping: OpenShop, mode: PublishMode) -> None:
    shop = keeping(mode=mode)
    first = shop.sell(0, [("a", 1)])
    shop.sell(1, [("wrong", 3)])
    restored(shop, first)
    beyond = shop.sell(2, [("d", 4)])
    assert beyond.watermark == START + HOUR, "the hour that was taken back is missing"
    filled = shop.sell(1, [("c", 3)])
    assert filled.watermark == START + 3 * HOUR
    assert shop.sales() == [("a", 1), ("c", 3), ("d", 4)]


def test_what_was_taken_back_may_come_back(keeping: OpenShop) -> None:
    shop = keeping(mode=PublishMode.MERGE)
    first, second = shop.sell(0, [("a", 1)]), shop.sell(1, [("b", 2)])
    restored(shop, first)
    again = restored(shop, second)
    assert shop.sales() == [("a", 1), ("b", 2)]
    assert again.watermark == second.watermark
    assert shop.sell(2, [("c", 3)]).watermark == START + 3 * HOUR


@MODES
def test_its_interval_is_where_the_data_change(keeping: OpenShop, mode: PublishMode) -> None:
    shop = keeping(mode=mode)
    shop.sell(0, [("a", 1)])
    second = shop.sell(1, [("b", 2)])
    shop.sell(0, [("wrong", 1)])
    rerun = restored(shop, second)
    assert rerun.interval == Interval(START, START + HOUR), "one hour had been built again"
    shop.sell(2, [("c", 3)])
    last = restored(shop, second)
    assert last.interval == Interval(START + HOUR, START + 3 * HOUR), "and what is still complete, where that is gone"


def test_the_last_publishes_are_kept_and_no_more(keeping: OpenShop) -> None:
    shop = keeping(mode=PublishMode.APPEND)
    made = [shop.sell(hour, [(f"s{hour}", hour)]) for hour in range(KEPT + 2)]
    assert shop.engine.restorable(SALES) == tuple(made[1:-1])
    with pytest.raises(NotFound, match="not kept"):
        restored(shop, made[0])


def test_a_stage_made_upon_what_was_taken_back_is_not_published(keeping: OpenShop) -> None:
    shop = keeping(mode=PublishMode.APPEND)
    first = shop.sell(0, [("a", 1)])
    shop.sell(1, [("b", 2)])
    staged = shop.engine.stage(shop.work(shop.deliver(2, [("c", 3)])), NOW)
    restored(shop, first)
    with pytest.raises(Busy, match="published by another run"):
        shop.engine.publish(shop.product, staged.publish_id, NOW)
    assert shop.sales() == [("a", 1)]


def test_what_was_set_aside_stays_aside(keeping: OpenShop) -> None:
    shop = keeping(mode=PublishMode.APPEND, checks=(CHEAP,), quarantine=("cheap",), at_most=HALF)
    first = shop.sell(0, [("a", 1)])
    shop.sell(1, [("b", 2), ("c", 33)])
    aside = shop.engine.quarantine(SALES, 10)
    restored(shop, first)
    assert shop.engine.quarantine(SALES, 10) == aside != ()
