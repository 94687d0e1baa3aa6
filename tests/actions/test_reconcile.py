"""Which runs are missing: from logs alone, and in a shop that runs."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.actions.shop import HOUR, START, Shop, open_shop
from tests.runs.test_intervals import ITEMS, NOW, ORDERS, OWN, at, log, product

from meshwright.actions.reconcile import GRACE, due_runs, reconcile
from meshwright.model.address import ProductAddress, product_address
from meshwright.model.observation import Failure
from meshwright.model.product import CronSchedule, InputsSchedule
from meshwright.model.publish import Publish
from meshwright.model.time import Interval
from meshwright.runs.coverage import coverage, left

Spans = tuple[tuple[int, int], ...]
HOURLY, DRIVEN = CronSchedule("0 * * * *"), InputsSchedule()


def logs(orders: Spans, own: Spans, reads: tuple[int, ...]) -> dict[ProductAddress, tuple[Publish, ...]]:
    """Publishes of these hours; each own one has read as many of the orders as `reads` says."""
    upstream, items = log(ORDERS, *orders), log(ITEMS, (0, 20))
    made = []
    for span, read in zip(own, reads, strict=True):
        (publish,) = log(OWN, span, reads=(str(upstream[read - 1].publish_id), str(items[0].publish_id)))
        made.append(replace(publish, publish_id=replace(publish.publish_id, value=f"sales-{len(made)}")))
    return {ORDERS: upstream, ITEMS: items, OWN: tuple(made)}


def hours(*intervals: Interval | None) -> list[tuple[int, int] | None]:
    return [i and (int((i.start - at(0)) / HOUR), int((i.end - at(0)) / HOUR)) for i in intervals]


@pytest.mark.parametrize(
    ("orders", "own", "reads", "expected"),
    [
        pytest.param(((0, 1), (1, 2)), ((0, 1), (1, 2)), (1, 2), [], id="each in its turn"),
        pytest.param(((0, 1), (1, 2)), ((0, 2),), (2,), [], id="two in one"),
        pytest.param(((0, 1), (1, 2)), ((0, 1),), (1,), [None], id="one more is there"),
        pytest.param(((0, 2), (0, 1)), ((0, 2),), (1,), [None], id="an old hour came again"),
        pytest.param(
            ((0, 2), (0, 1)), ((0, 2), (1, 2)), (1, 2), [None], id="seen is not built: another hour was asked"
        ),
        pytest.param(((0, 2), (2, 3)), ((0, 2), (0, 1)), (1, 2), [None], id="what came while it worked"),
    ],
)
def test_inputs_drive_a_run_for_whatever_is_left(
    orders: Spans, own: Spans, reads: tuple[int, ...], expected: list[None]
) -> None:
    due = due_runs(product(DRIVEN), logs(orders, own, reads), NOW)
    assert [run.interval for run in due] == expected


@pytest.mark.parametrize(
    ("orders", "own", "reads", "expected"),
    [
        pytest.param(((0, 1), (1, 2)), ((0, 1), (1, 2)), (1, 2), [], id="each in its turn"),
        pytest.param(((0, 1), (1, 2), (2, 3)), ((0, 1),), (1,), [], id="what is ahead comes by itself"),
        pytest.param(((0, 2), (0, 1)), ((0, 1), (1, 2)), (1, 1), [(0, 1)], id="an hour that was built came again"),
        pytest.param(((0, 4), (0, 4)), ((0, 2), (2, 4)), (1, 1), [(0, 2), (2, 4)], id="again as they were built"),
        pytest.param(
            ((0, 1), (2, 3), (1, 2)), ((0, 1), (2, 3)), (1, 2), [(1, 2)], id="a gap was filled after its turn"
        ),
        pytest.param(((0, 2), (2, 3)), ((1, 2), (2, 3)), (1, 2), [], id="never before its own first hour"),
    ],
)
def test_a_clock_is_turned_back_only_to_where_it_has_been(
    orders: Spans, own: Spans, reads: tuple[int, ...], expected: list[tuple[int, int]]
) -> None:
    due = due_runs(product(HOURLY), logs(orders, own, reads), NOW)
    assert hours(*(run.interval for run in due)) == expected


def test_who_makes_all_anew_takes_old_hours_in_with_the_next() -> None:
    found = logs(((0, 2), (0, 1)), ((0, 1), (1, 2)), (1, 1))
    found[OWN] = tuple(replace(publish, is_part=False) for publish in found[OWN])
    (again,) = left(product(HOURLY), found)
    assert again.publish == found[ORDERS][-1]
    assert due_runs(product(HOURLY), found, NOW) == ()
    assert len(due_runs(product(DRIVEN), found, NOW)) == 1


def test_what_is_optional_is_taken_as_it_is_when_an_hour_is_built() -> None:
    found = logs(((0, 2), (0, 1)), ((0, 1), (1, 2)), (1, 1))
    assert due_runs(product(HOURLY, ORDERS), found, NOW) == ()
    assert len(due_runs(product(DRIVEN, ORDERS), found, NOW)) == 1


def test_the_same_hour_built_twice_of_the_same_publishes_is_told() -> None:
    found = logs(((0, 2),), ((0, 2), (1, 2)), (1, 1))
    (one,) = coverage([product(DRIVEN)], found)
    assert [str(publish.publish_id) for publish in one.repeated] == ["sales-1"]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    opened = open_shop(tmp_path)
    opened.deliver("clicks", 0)
    opened.run(START + HOUR, 0)
    return opened


def missing(shop: Shop, now: timedelta) -> list[str]:
    return [str(run.product) for run in reconcile(shop.workspace, START + now).due]


def test_a_publish_whose_event_is_lost_is_missed_after_a_grace(shop: Shop) -> None:
    assert missing(shop, 2 * HOUR) == []
    shop.deliver("clicks", 1)
    shop.run(START + 2 * HOUR, 1, only=("signals.clicks",))
    assert missing(shop, 2 * HOUR) == []
    assert missing(shop, 2 * HOUR + GRACE) == ["signals.visits"]
    shop.run(START + 2 * HOUR + GRACE, only=("signals.visits",))
    assert missing(shop, 3 * HOUR) == ["insight.trends"]
    shop.run(START + 3 * HOUR)
    assert missing(shop, 4 * HOUR) == []


def test_what_failed_since_is_left_to_people_until_there_is_other_news_or_another_release(shop: Shop) -> None:
    shop.deliver("clicks", 1)
    shop.run(START + 2 * HOUR, 1, only=("signals.clicks",))
    failed = Failure(product_address("signals.visits"), START + 2 * HOUR + GRACE, "check", "an amount is missing")
    shop.workspace.observations().record_failure(failed)
    assert missing(shop, 3 * HOUR) == []
    shop.deliver("clicks", 2)
    shop.run(START + 3 * HOUR, 2, only=("signals.clicks",))
    assert missing(shop, 4 * HOUR) == ["signals.visits"]
