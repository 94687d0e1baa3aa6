"""A process may be killed before any of its steps: consumers read the old data or the new, and a retry finishes."""

import pytest
from tests.engine.dying import dies_before, steps_of
from tests.engines.shop import NOW, SALES, Shop

from meshwright.engine.registry import open_engine
from meshwright.model.product import PublishMode

MODES = pytest.mark.parametrize("mode", list(PublishMode))
OLD = [("a", 1), ("b", 2)]
NEW = {
    PublishMode.REPLACE: [("b", 20), ("c", 30)],
    PublishMode.APPEND: [("a", 1), ("b", 2), ("c", 30), ("d", 40)],
    PublishMode.MERGE: [("a", 1), ("b", 20), ("c", 30)],
    PublishMode.PARTITION: [("a", 1), ("b", 2), ("c", 30), ("d", 40)],
    PublishMode.LEDGER: [("a", 1), ("b", 2), ("c", 30), ("d", 40)],
}


def delivered(mode: PublishMode) -> list[tuple[str, int]]:
    adds = mode not in (PublishMode.REPLACE, PublishMode.MERGE)
    return [("c", 30), ("d", 40)] if adds else [("b", 20), ("c", 30)]


def leftovers(shop: Shop) -> list[str]:
    folder = shop.feed.parent / "data" / "marketplace" / "sales"
    names = (p.name for p in folder.iterdir() if not p.name.startswith("kept-"))
    return sorted(name for name in names if name not in (".lock", "data.duckdb"))


def spread(count: int, over: int) -> list[int]:
    """Return lines from the first to the last."""
    return sorted({1 + n * (count - 1) // (over - 1) for n in range(over)})


def survives_publishing(shop: Shop, kills: int | None) -> None:
    """Die before lines of a publish, attempt after attempt; then publish. Without `kills`: before each line."""
    shop.sell(0, OLD)
    interval = shop.deliver(1, delivered(shop.mode))
    trial = Shop(open_engine("duckdb", f"{shop.feed.parent}/trial", connections=shop.connections), shop.feed, shop.mode)
    trial.sell(0, OLD)
    tried = trial.engine.stage(trial.work(interval), NOW)
    count = steps_of(lambda: trial.engine.publish(trial.product, tried.publish_id, NOW))
    staged = shop.engine.stage(shop.work(interval), NOW)
    shop.engine.check(shop.product, staged.publish_id)

    def publish() -> object:
        return shop.engine.publish(shop.product, staged.publish_id, NOW)

    for line in spread(count, kills or count):
        before = shop.sales()
        if before == OLD:
            dies_before(line, publish)
        assert shop.sales() in (OLD, NEW[shop.mode]), f"torn by a kill before line {line}"
    publish()
    publish()
    assert shop.sales() == NEW[shop.mode]
    assert [p.publish_id for p in shop.engine.publishes(SALES)][1:] == [staged.publish_id]
    assert leftovers(shop) == []


@MODES
def test_a_publish_survives_kills_and_is_done_once(shop: Shop, mode: PublishMode) -> None:
    shop.mode = mode
    survives_publishing(shop, kills=10)


@pytest.mark.proof
@MODES
def test_a_publish_survives_a_kill_before_every_line(shop: Shop, mode: PublishMode) -> None:
    shop.mode = mode
    survives_publishing(shop, kills=None)


@MODES
def test_a_stage_or_check_that_is_killed_leaves_nothing_behind(shop: Shop, mode: PublishMode) -> None:
    shop.mode = mode
    shop.sell(0, OLD)
    interval = shop.deliver(1, delivered(mode))

    def stage() -> object:
        return shop.engine.stage(shop.work(interval), NOW)

    for line in spread(steps_of(stage), 8)[:-1]:
        dies_before(line, stage)
        assert shop.sales() == OLD
    assert len(leftovers(shop)) == 2, "the stage that was counted, and what the last kill left"
    staged = shop.engine.stage(shop.work(interval), NOW)
    for line in spread(steps_of(lambda: shop.engine.check(shop.product, staged.publish_id)), 6)[:-1]:
        dies_before(line, lambda: shop.engine.check(shop.product, staged.publish_id))
    shop.engine.check(shop.product, staged.publish_id)
    shop.engine.publish(shop.product, staged.publish_id, NOW)
    assert shop.sales() == NEW[mode]
    assert len(leftovers(shop)) == 1, "the stage that was counted"
