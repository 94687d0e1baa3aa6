"""What checks ask of inputs is told by the stage, of the very rows that it was made from."""

import os
from collections.abc import Callable
from decimal import Decimal

from tests.engines.shop import COLUMNS, NOW, START, Shop

from meshwright.model.contract import Check, Metric, OfInput, Operator, Unit
from meshwright.model.product import PublishMode
from meshwright.model.publish import CheckResult
from meshwright.model.ratio import Ratio

OpenShop = Callable[..., Shop]


def lost(name: str, *by: str, percent: int | None = None) -> Check:
    of = OfInput("orders", by)
    if percent is None:
        return Check(name, Metric.LOST_ROWS, Operator.EQUAL, (Decimal(0),), by, of_input=of)
    most = (Decimal(percent),)
    return Check(name, Metric.LOST_ROWS, Operator.LESS_OR_EQUAL, most, by, Unit.PERCENT, of_input=of)


def age(name: str, seconds: int, *by: str) -> Check:
    of = OfInput("orders", by)
    return Check(name, Metric.INPUT_AGE, Operator.LESS_OR_EQUAL, (Decimal(seconds),), of_input=of)


def checked(shop: Shop, hour: int, rows: list[tuple[str | None, int]]) -> dict[str, CheckResult]:
    staged = shop.engine.stage(shop.work(shop.deliver(hour, rows)), NOW)  # type: ignore[arg-type]  # one has no id
    return {r.check: r for r in shop.engine.check(shop.product, staged.publish_id)}


def test_rows_of_a_source_that_no_row_was_made_of_are_found(open_shop: OpenShop) -> None:
    checks = (lost("rows"), lost("by-id", "sale_id"), lost("by-both", "price", "sale_id"), lost("few", percent=20))
    shop = open_shop(
        sql="SELECT sale_id, price, sold_at FROM orders WHERE price < 9",
        checks=checks,
        quarantine=("sale_id-required",),
        at_most=Ratio(Decimal("0.5")),
    )
    found = checked(shop, 0, [("a", 1), ("b", 22), (None, 5), ("c", 2), ("d", 3)])
    assert {name: found[name].measured for name in ("rows", "by-id", "by-both", "few")} == {
        "rows": 1,
        "by-id": 1,
        "by-both": 1,
        "few": 20,
    }, "the row that is set aside is not lost"
    assert found["few"].passed
    assert found["by-id"].message == "no row was made of 1 of the 5 rows of `orders`, which should be 0"
    assert [dict(row.values) for row in found["by-id"].wrong] == [{"sale_id": "b"}]


def test_of_more_rows_than_were_read_only_columns_tell_which_are_lost(open_shop: OpenShop) -> None:
    sql = "SELECT o.sale_id, o.price, o.sold_at FROM orders AS o CROSS JOIN orders AS other WHERE o.price < 9"
    found = checked(
        open_shop(sql=sql, checks=(lost("rows"), lost("by-id", "sale_id"))), 0, [("a", 1), ("b", 2), ("c", 9)]
    )
    assert found["rows"].measured is None
    assert found["rows"].blocks
    assert found["rows"].message == (
        "6 rows were made of 3, which tells of none whether it is lost: name columns under `by`"
    )
    assert found["by-id"].measured == 1


def test_an_entry_of_a_ledger_that_is_there_already_is_not_lost(open_shop: OpenShop) -> None:
    shop = open_shop(mode=PublishMode.LEDGER, checks=(lost("rows"), lost("by-id", "sale_id")))
    shop.sell(0, [("a", 1)])
    found = checked(shop, 0, [("a", 1), ("b", 2)])
    assert (found["rows"].measured, found["by-id"].measured) == (0, 0)


def test_an_input_is_as_old_as_its_newest_value_or_its_newest_file(open_shop: OpenShop) -> None:
    checks = (age("by-time", 3599, "sold_at"), age("by-file", 10800))
    shop = open_shop(columns=(COLUMNS[0], COLUMNS[2]), sql="SELECT sale_id, sold_at FROM orders", checks=checks)
    interval = shop.deliver(0, [("a", 1)])
    written = START.timestamp() - 7200
    os.utime(shop.feed / "00.json", (written, written))
    staged = shop.engine.stage(shop.work(interval), NOW)
    found = {r.check: r for r in shop.engine.check(shop.product, staged.publish_id)}
    assert found["by-time"].message == "`orders` is 1h old, which should be at most 59m 59s"
    assert (found["by-file"].measured, found["by-file"].passed) == (10800, True)
    assert found["by-file"].message == "`orders` is 3h old"


def test_what_is_published_is_not_held_against_inputs_of_another_time(open_shop: OpenShop) -> None:
    shop = open_shop(checks=(lost("rows"), age("by-file", 10**9)))
    interval = shop.deliver(0, [("a", 1)])
    shop.run(interval)
    found = shop.engine.check_published(shop.product, [shop.table], interval)
    assert [r.check for r in found] == ["schema", "sale_id-required", "primary-key-unique"]
