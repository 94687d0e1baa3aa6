"""What consumers read after each way of publishing, whatever happens on the way."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.engines.shop import COLUMNS, HOUR, NOW, PORT, SALES, START, TABLE, Shop

from meshwright.engine.partitions import NAMED_AT_MOST
from meshwright.model.contract import Column, LogicalType
from meshwright.model.errors import Busy, ChecksFailed, FinalError, NotFound, Refused, SourceBroken, SourceNotReady
from meshwright.model.identity import PublishId
from meshwright.model.product import PublishMode
from meshwright.model.publish import Partitions, Publish
from meshwright.model.time import Interval

OpenShop = Callable[..., Any]
MODES = pytest.mark.parametrize("mode", list(PublishMode))
ADDING = pytest.mark.parametrize("mode", [mode for mode in PublishMode if mode is not PublishMode.REPLACE])


@MODES
def test_the_first_run_publishes_what_it_staged(open_shop: OpenShop, mode: PublishMode) -> None:
    shop: Shop = open_shop(mode=mode)
    publish = shop.sell(0, [("a", 1), ("b", 2)])
    assert shop.sales() == [("a", 1), ("b", 2)]
    assert publish.rows == 2
    assert publish.watermark == START + HOUR
    assert shop.engine.publishes(SALES) == (publish,)


@ADDING
def test_the_next_interval_adds_to_what_is_there(open_shop: OpenShop, mode: PublishMode) -> None:
    shop: Shop = open_shop(mode=mode)
    shop.sell(0, [("a", 1)])
    shop.sell(1, [("b", 2)])
    assert shop.sales() == [("a", 1), ("b", 2)]
    assert [p.rows for p in shop.engine.publishes(SALES)] == [1, 2]


def test_replace_leaves_only_the_last_interval(open_shop: OpenShop) -> None:
    shop: Shop = open_shop()
    shop.sell(0, [("a", 1)])
    shop.sell(1, [("b", 2)])
    assert shop.sales() == [("b", 2)]
    assert len(shop.engine.publishes(SALES)) == 2


@pytest.mark.parametrize("mode", [PublishMode.APPEND, PublishMode.MERGE, PublishMode.PARTITION])
def test_an_interval_run_again_replaces_what_it_published_before(open_shop: OpenShop, mode: PublishMode) -> None:
    shop: Shop = open_shop(mode=mode)
    shop.sell(0, [("a", 1), ("b", 2)])
    shop.sell(1, [("c", 3)])
    shop.sell(0, [("a", 10), ("d", 4)])
    assert shop.sales() == [("a", 10), ("c", 3), ("d", 4)]
    assert shop.engine.publishes(SALES)[-1].watermark == START + 2 * HOUR, "it is no less complete than before"


@ADDING
def test_an_hour_that_never_ran_holds_the_watermark_until_it_has(open_shop: OpenShop, mode: PublishMode) -> None:
    shop: Shop = open_shop(mode=mode)
    hours = [shop.sell(hour, [(f"sale-{hour}", 1)]).watermark for hour in (0, 2, 3, 1)]
    assert hours == [START + HOUR, START + HOUR, START + HOUR, START + 4 * HOUR]


def test_what_is_read_whole_has_no_gaps(open_shop: OpenShop) -> None:
    shop: Shop = open_shop(mode=PublishMode.MERGE, path="all.json")
    (shop.feed / "all.json").write_text('{"sale_id": "a", "price": 1}\n')
    hours = [shop.run(Interval(START + hour * HOUR, START + (hour + 1) * HOUR)).watermark for hour in (0, 2)]
    assert hours == [START + HOUR, START + 3 * HOUR]


@pytest.mark.parametrize("mode", [PublishMode.APPEND, PublishMode.PARTITION])
def test_a_day_run_again_replaces_its_hours(open_shop: OpenShop, mode: PublishMode) -> None:
    shop: Shop = open_shop(mode=mode)
    for hour in range(2):
        shop.sell(hour, [(f"h{hour}", hour)])
    shop.run(Interval(START, START + 2 * HOUR))
    assert shop.sales() == [("h0", 0), ("h1", 1)]


@pytest.mark.parametrize("mode", [PublishMode.APPEND, PublishMode.LEDGER])
def test_an_interval_that_cuts_through_an_appended_one_is_refused(open_shop: OpenShop, mode: PublishMode) -> None:
    shop: Shop = open_shop(mode=mode, columns=tuple(replace(c, primary_key=False) for c in COLUMNS))
    shop.deliver(0, [("a", 1)])
    shop.deliver(1, [("b", 2)])
    shop.run(Interval(START, START + 2 * HOUR))
    with pytest.raises(Refused, match="cuts through it"):
        shop.run(Interval(START + HOUR, START + 2 * HOUR))


def test_a_merged_row_that_a_rerun_no_longer_makes_gives_way_to_the_one_before(open_shop: OpenShop) -> None:
    shop: Shop = open_shop(mode=PublishMode.MERGE)
    shop.sell(0, [("a", 1)])
    shop.sell(1, [("a", 2), ("b", 2)])
    shop.sell(1, [("b", 3)])
    assert shop.sales() == [("a", 1), ("b", 3)]


def test_an_older_interval_merged_late_does_not_win_over_a_newer_one(open_shop: OpenShop) -> None:
    shop: Shop = open_shop(mode=PublishMode.MERGE)
    shop.sell(1, [("a", 2)])
    shop.sell(0, [("a", 1), ("b", 1)])
    assert shop.sales() == [("a", 2), ("b", 1)]
    shop.sell(1, [("c", 3)])
    assert shop.sales() == [("a", 1), ("b", 1), ("c", 3)]


def by_price(open_shop: OpenShop, *hours: list[tuple[str, int]]) -> Shop:
    """Publish hours of sales, each price a partition; a sale is no key here."""
    columns = tuple(replace(c, primary_key=False, required=False) for c in COLUMNS)
    shop: Shop = open_shop(mode=PublishMode.PARTITION, partitions=("price",), columns=columns)
    for number, rows in enumerate(hours):
        shop.sell(number, rows)
    return shop


def test_a_partition_is_replaced_as_a_whole_and_others_stay(open_shop: OpenShop) -> None:
    shop = by_price(open_shop, [("a", 1), ("b", 1), ("c", 2)], [("d", 1)])
    assert shop.sales() == [("c", 2), ("d", 1)]


def test_rows_of_a_partition_that_are_the_same_are_all_kept(open_shop: OpenShop) -> None:
    shop = by_price(open_shop, [("a", 1), ("b", 2)], [("a", 1), ("a", 1), ("b", 2)], [("b", 2)])
    shop.sql = "SELECT sale_id, price, TIMESTAMPTZ '2013-01-01' AS sold_at FROM orders"
    for hour, rows in enumerate([[("a", 1)], [("a", 1), ("a", 1)], [("a", 1), ("a", 1), ("a", 1)]]):
        shop.sell(hour, rows)
    assert shop.sales() == [("a", 1)] * 3
    shop.sell(2, [])
    assert shop.sales() == [("a", 1)] * 2
    shop.sell(1, [])
    assert shop.sales() == [("a", 1)]


def test_a_partition_that_a_rerun_no_longer_makes_gives_way_to_what_was_there_before(open_shop: OpenShop) -> None:
    shop = by_price(open_shop, [("a", 1)], [("b", 1), ("c", 2)])
    shop.sell(1, [("d", 3)])
    assert shop.sales() == [("a", 1), ("d", 3)]
    shop.sell(1, [])
    assert shop.sales() == [("a", 1)]


def test_an_older_interval_built_late_does_not_win_over_a_newer_one(open_shop: OpenShop) -> None:
    shop = by_price(open_shop)
    shop.sell(1, [("b", 1)])
    shop.sell(0, [("a", 1), ("c", 2)])
    assert shop.sales() == [("b", 1), ("c", 2)]


def written(publish: Publish) -> Partitions:
    return publish.partitions(PORT)


def test_a_publish_names_the_partitions_that_it_wrote_or_took_rows_from(open_shop: OpenShop) -> None:
    shop: Shop = open_shop(mode=PublishMode.PARTITION, checks=())
    hours = [f"2013-01-01T0{hour}:00:00Z" for hour in range(3)]
    assert written(shop.sell(0, [("a", 1)])).names == (hours[0],)
    assert written(shop.sell(1, [("b", 1)])).names == (hours[1],)
    again = shop.sell(1, [])
    assert written(again) == Partitions(1, (hours[1],))
    assert written(shop.engine.publishes(SALES)[-1]) == written(again)


@pytest.mark.parametrize(
    ("kind", "value", "name"),
    [
        pytest.param(LogicalType.DATE, "DATE '2013-01-01'", "2013-01-01", id="a date"),
        pytest.param(LogicalType.STRING, "'north & south'", "north & south", id="a text"),
    ],
)
def test_a_partition_is_named_by_its_value(open_shop: OpenShop, kind: LogicalType, value: str, name: str) -> None:
    columns = (*COLUMNS, Column("part", kind))
    shop: Shop = open_shop(mode=PublishMode.PARTITION, partitions=("part",), columns=columns)
    shop.sql = f"SELECT sale_id, price, sold_at, CASE WHEN price > 5 THEN NULL ELSE {value} END AS part FROM orders"
    for hour in range(2):
        assert written(shop.sell(hour, [("a", 1), ("b", 9)])) == Partitions(1, (name,))


def test_too_many_partitions_are_counted_and_not_named(open_shop: OpenShop) -> None:
    columns = (*COLUMNS, Column("part", LogicalType.STRING))
    shop: Shop = open_shop(mode=PublishMode.PARTITION, partitions=("part",), columns=columns)
    shop.sql = "SELECT sale_id, price, sold_at, sale_id AS part FROM orders"
    assert written(shop.sell(0, [(f"{n:03}", n) for n in range(NAMED_AT_MOST)])).number == NAMED_AT_MOST
    many = written(shop.sell(1, [(f"{n:03}", n) for n in range(NAMED_AT_MOST + 1)]))
    assert many == Partitions(NAMED_AT_MOST + 1)


def test_rows_without_a_value_are_a_partition_too(open_shop: OpenShop) -> None:
    shop = by_price(open_shop)
    shop.sql = "SELECT sale_id, CASE WHEN price > 5 THEN NULL ELSE price END AS price, sold_at FROM orders"
    shop.sell(0, [("a", 9), ("b", 1)])
    shop.sell(1, [("c", 8)])
    assert shop.ask("SELECT sale_id, CAST(price AS BIGINT) FROM sales ORDER BY 1") == [("b", 1), ("c", None)]


def test_partitions_may_be_told_apart_by_several_columns(open_shop: OpenShop) -> None:
    shop: Shop = open_shop(mode=PublishMode.PARTITION, partitions=("price", "sold_at"))
    shop.sell(0, [("a", 1), ("b", 2)])
    shop.sell(1, [("c", 1)])
    assert shop.sales() == [("a", 1), ("b", 2), ("c", 1)]


def test_appended_rows_that_are_the_same_outlive_a_change_to_partitions(open_shop: OpenShop) -> None:
    columns = tuple(replace(c, primary_key=False, required=False) for c in COLUMNS)
    shop: Shop = open_shop(mode=PublishMode.APPEND, columns=columns, partitions=("price",))
    shop.sell(0, [("a", 1), ("a", 1), ("b", 2)])
    shop.mode = PublishMode.PARTITION
    shop.sell(1, [("c", 3)])
    shop.sell(2, [("d", 1)])
    assert shop.sales() == [("b", 2), ("c", 3), ("d", 1)]
    shop.sell(2, [])
    assert shop.sales() == [("a", 1), ("a", 1), ("b", 2), ("c", 3)]


def test_a_ledger_takes_an_entry_once_and_a_correction_never(open_shop: OpenShop) -> None:
    shop: Shop = open_shop(mode=PublishMode.LEDGER)
    shop.sell(0, [("a", 1), ("b", 2)])
    shop.sell(0, [("b", 2), ("c", 3), ("a", 1)])
    assert shop.ask("SELECT sequence, sale_id FROM sales ORDER BY sequence") == [(1, "a"), (2, "b"), (3, "c")]
    with pytest.raises(ChecksFailed, match="same `sale_id`"):
        shop.sell(0, [("a", 99)])
    assert shop.sales() == [("a", 1), ("b", 2), ("c", 3)]


@MODES
def test_publishing_the_same_stage_again_does_nothing(open_shop: OpenShop, mode: PublishMode) -> None:
    shop: Shop = open_shop(mode=mode)
    staged = shop.engine.stage(shop.work(shop.deliver(0, [("a", 1)])), NOW)
    first = shop.engine.publish(shop.product, staged.publish_id, NOW)
    again = shop.engine.publish(shop.product, staged.publish_id, NOW + HOUR)
    assert again == first
    assert shop.engine.publishes(SALES) == (first,)


@MODES
def test_of_two_stages_upon_the_same_publish_the_second_is_turned_away(open_shop: OpenShop, mode: PublishMode) -> None:
    shop: Shop = open_shop(mode=mode)
    shop.sell(0, [("a", 1)])
    interval = shop.deliver(1, [("b", 2)])
    one, other = (shop.engine.stage(shop.work(interval), NOW) for _ in range(2))
    shop.engine.publish(shop.product, one.publish_id, NOW)
    before = shop.sales()
    with pytest.raises(Busy, match="after this one was staged"):
        shop.engine.publish(shop.product, other.publish_id, NOW)
    assert shop.sales() == before
    assert len(shop.engine.publishes(SALES)) == 2


@MODES
def test_a_failed_check_leaves_what_is_published_untouched(open_shop: OpenShop, mode: PublishMode) -> None:
    shop: Shop = open_shop(mode=mode)
    shop.sell(0, [("a", 1)])
    shop.sql = "SELECT CAST(NULL AS VARCHAR) AS sale_id, price, sold_at FROM orders"
    with pytest.raises(ChecksFailed, match="without a value in `sale_id`"):
        shop.sell(1, [("b", 2)])
    assert shop.sales() == [("a", 1)]
    assert len(shop.engine.publishes(SALES)) == 1


@MODES
def test_what_is_staged_is_seen_by_nobody_and_can_be_discarded(open_shop: OpenShop, mode: PublishMode) -> None:
    shop: Shop = open_shop(mode=mode)
    shop.sell(0, [("a", 1)])
    staged = shop.engine.stage(shop.work(shop.deliver(1, [("b", 2)])), NOW)
    assert shop.sales() == [("a", 1)]
    shop.engine.discard(shop.product, staged.publish_id)
    shop.engine.discard(shop.product, staged.publish_id)
    with pytest.raises(NotFound):
        shop.engine.publish(shop.product, staged.publish_id, NOW)


def test_a_stage_that_never_was_cannot_be_published(open_shop: OpenShop) -> None:
    shop: Shop = open_shop()
    with pytest.raises(NotFound):
        shop.engine.publish(shop.product, PublishId.mint(NOW), NOW)
    assert shop.engine.publishes(SALES) == ()


@ADDING
def test_a_column_added_later_is_empty_in_earlier_rows(open_shop: OpenShop, mode: PublishMode) -> None:
    shop: Shop = open_shop(mode=mode)
    shop.sell(0, [("a", 1)])
    shop.columns = (*COLUMNS, Column("currency", LogicalType.STRING))
    shop.sql = "SELECT *, 'EUR' AS currency FROM orders"
    shop.sell(1, [("b", 2)])
    assert shop.ask("SELECT sale_id, currency FROM sales ORDER BY 1") == [("a", None), ("b", "EUR")]


@pytest.mark.parametrize("mode", [PublishMode.APPEND, PublishMode.MERGE, PublishMode.PARTITION])
def test_rows_outlive_a_change_of_how_they_are_published(open_shop: OpenShop, mode: PublishMode) -> None:
    shop: Shop = open_shop()
    shop.sell(0, [("a", 1)])
    shop.mode = mode
    shop.sell(1, [("b", 2)])
    assert shop.sales() == [("a", 1), ("b", 2)]
    shop.mode = PublishMode.REPLACE
    shop.sell(2, [("c", 3)])
    assert shop.sales() == [("c", 3)]


@pytest.mark.emulator_lacks("keeps three decimals only of numbers in a table that its service makes")
def test_consumers_find_the_contracts_columns_in_its_order_and_types(open_shop: OpenShop) -> None:
    shop: Shop = open_shop(
        mode=PublishMode.MERGE, sql="SELECT sold_at, '12.5' AS price, sale_id, 1 AS more FROM orders"
    )
    shop.sell(0, [("a", 1)])
    answer = shop.engine.query("SELECT * FROM sales", (("sales", TABLE),))
    assert answer.columns == ("sale_id", "price", "sold_at")
    assert [str(v) for v in answer.rows[0]] == ["a", "12.500000000", "2013-01-01 00:00:00+00:00"]


def test_parameters_are_bound_to_the_interval(open_shop: OpenShop) -> None:
    sql = "SELECT sale_id, price, $interval_end AS sold_at FROM orders WHERE sold_at >= $interval_start"
    shop: Shop = open_shop(sql=sql, parameters=("interval_start", "interval_end"))
    shop.sell(3, [("a", 1)])
    assert shop.ask("SELECT sold_at FROM sales") == [(START + timedelta(hours=4),)]


def test_a_missing_file_is_named_and_may_come_later(open_shop: OpenShop) -> None:
    shop: Shop = open_shop()
    with pytest.raises(SourceNotReady, match=r"`05\.json`"):
        shop.run(Interval(START + 5 * HOUR, START + 6 * HOUR))


def test_a_broken_file_is_blamed_not_the_sql(open_shop: OpenShop) -> None:
    shop: Shop = open_shop()
    interval = shop.deliver(0, [("a", 1)])
    (shop.feed / "00.json").write_text('{"sale_id": "a", "pri')
    with pytest.raises(SourceBroken, match="input `orders`"):
        shop.run(interval)


def test_sql_that_fails_says_whose_it_is(open_shop: OpenShop) -> None:
    shop: Shop = open_shop(sql="SELECT nonsense FROM orders")
    with pytest.raises(FinalError, match="the SQL of `marketplace"):
        shop.sell(0, [("a", 1)])


def test_a_port_nobody_published_cannot_be_asked(open_shop: OpenShop) -> None:
    shop: Shop = open_shop()
    with pytest.raises(NotFound, match="not published yet"):
        shop.engine.query("SELECT 1 FROM x", (("x", TABLE),))
