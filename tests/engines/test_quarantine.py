"""Which rows are set aside instead of published, with which reasons, and what becomes of them."""

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from tests.engines.shop import COLUMNS, NOW, SALES, TABLE, Row, Shop

from meshwright.model.contract import Check, Column, LogicalType, Metric, Operator, Unit
from meshwright.model.errors import ChecksFailed, FinalError
from meshwright.model.identity import Secret
from meshwright.model.mask import Pseudonym
from meshwright.model.product import OnFail, PublishMode
from meshwright.model.publish import CheckResult
from meshwright.model.ratio import Ratio

OpenShop = Callable[..., Shop]
HALF = Ratio(Decimal("0.5"))


def zero(name: str, metric: Metric, *columns: str, **more: object) -> Check:
    return Check(name, metric, Operator.EQUAL, (Decimal(0),), columns, **more)  # type: ignore[arg-type]


CHEAP = zero("cheap", Metric.INVALID_VALUES, "price", pattern="^[0-9][.]")
NAMED = zero("named", Metric.MISSING_VALUES, "sale_id")


def aside(shop: Shop) -> list[tuple[str, tuple[str, ...]]]:
    """Return the sales that were set aside, the last first, and why."""
    found = shop.engine.quarantine(SALES, most=99)
    assert {row.table for row in found} <= {TABLE}
    return [(json.loads(row.content)["sale_id"], row.checks) for row in found]


def results(shop: Shop, rows: list[Row]) -> dict[str, CheckResult]:
    staged = shop.engine.stage(shop.work(shop.deliver(9, rows)), NOW)
    return {r.check: r for r in shop.engine.check(shop.product, staged.publish_id)}


@pytest.mark.parametrize("mode", list(PublishMode))
def test_what_a_check_finds_wrong_is_set_aside_and_the_rest_is_published(
    open_shop: OpenShop, mode: PublishMode
) -> None:
    shop = open_shop(mode=mode, checks=(CHEAP,), quarantine=("cheap",), at_most=HALF)
    publish = shop.sell(0, [("a", 1), ("b", 22), ("c", 3)])
    assert shop.sales() == [("a", 1), ("c", 3)]
    assert aside(shop) == [("b", ("cheap",))]
    assert (publish.rows, publish.quarantined) == (2, 1)
    assert shop.engine.publishes(SALES)[-1].quarantined == 1


@pytest.mark.parametrize("mode", list(PublishMode))
def test_rows_that_were_set_aside_stay_so_whatever_is_published_later(open_shop: OpenShop, mode: PublishMode) -> None:
    shop = open_shop(mode=mode, checks=(CHEAP,), quarantine=("cheap",), at_most=HALF)
    first = shop.sell(0, [("a", 1), ("b", 22)])
    shop.sell(0, [("a", 1), ("b", 2)])
    last = shop.sell(1, [("c", 3), ("d", 44)])
    assert aside(shop) == [("d", ("cheap",)), ("b", ("cheap",))]
    ids = [row.publish_id for row in shop.engine.quarantine(SALES, most=99)]
    assert ids == [last.publish_id, first.publish_id]
    assert [row.publish_id for row in shop.engine.quarantine(SALES, most=1)] == [last.publish_id]


def test_a_row_has_all_its_reasons(open_shop: OpenShop) -> None:
    shop = open_shop(checks=(CHEAP, NAMED), quarantine=("cheap", "named"), at_most=HALF)
    shop.sell(0, [("", 11), ("b", 22), ("c", 3), ("d", 4)])
    assert aside(shop) == [("b", ("cheap",)), ("", ("cheap", "named"))]


@pytest.mark.parametrize(
    ("check", "rows", "left"),
    [
        pytest.param("sale_id-required", [(None, 1), ("b", 2)], [("b", 2)], id="without a value"),
        pytest.param("primary-key-unique", [("a", 1), ("a", 2), ("b", 3), ("c", 4)], [("b", 3), ("c", 4)], id="a key"),
    ],
)
@pytest.mark.parametrize("mode", [PublishMode.REPLACE, PublishMode.APPEND, PublishMode.MERGE, PublishMode.PARTITION])
def test_what_columns_imply_sets_aside_too(
    open_shop: OpenShop, mode: PublishMode, check: str, rows: list[Row], left: list[Row]
) -> None:
    shop = open_shop(mode=mode, quarantine=(check,), at_most=HALF)
    shop.sell(0, rows)
    assert shop.sales() == left
    assert len(aside(shop)) == len(rows) - len(left), "of rows with one key nobody can tell which is right"


def test_a_row_that_repeats_what_stays_published_is_set_aside(open_shop: OpenShop) -> None:
    shop = open_shop(mode=PublishMode.APPEND, quarantine=("primary-key-unique",), at_most=HALF)
    shop.sell(0, [("a", 1)])
    shop.sell(1, [("a", 2), ("b", 3)])
    assert shop.sales() == [("a", 1), ("b", 3)]
    shop.sell(0, [("a", 1), ("c", 1)])
    assert shop.sales() == [("a", 1), ("b", 3), ("c", 1)], "an interval run again repeats nothing"


def test_too_many_wrong_rows_block(open_shop: OpenShop) -> None:
    shop = open_shop(checks=(CHEAP,), quarantine=("cheap",), at_most=Ratio(Decimal("0.33")))
    shop.sell(0, [("a", 1)])
    with pytest.raises(ChecksFailed, match="1 of 3 rows would be set aside, which is more than 33%"):
        shop.sell(1, [("b", 22), ("c", 3), ("d", 4)])
    assert shop.sales() == [("a", 1)]
    assert aside(shop) == []


def test_the_share_is_that_of_rows_not_of_reasons(open_shop: OpenShop) -> None:
    shop = open_shop(checks=(CHEAP, NAMED), quarantine=("cheap", "named"), at_most=HALF)
    shop.sell(0, [("", 11), ("c", 3)])
    assert shop.sales() == [("c", 3)]


def test_a_result_tells_what_was_found_and_that_it_was_set_aside(open_shop: OpenShop) -> None:
    shop = open_shop(checks=(CHEAP,), quarantine=("cheap",), at_most=HALF)
    found = results(shop, [("a", 1), ("b", 22), ("c", 3), ("d", 4)])["cheap"]
    assert (found.passed, found.consequence, found.measured) == (False, OnFail.QUARANTINE, 1)
    assert found.message.startswith("1 of 4 rows with an invalid value in `price`, which should be 0")
    assert found.message.endswith("; they were set aside")
    assert results(shop, [("a", 1)])["cheap"].passed


def test_what_a_check_permits_is_not_set_aside(open_shop: OpenShop) -> None:
    few = replace(CHEAP, operator=Operator.LESS_OR_EQUAL, threshold=(Decimal(25),), unit=Unit.PERCENT)
    shop = open_shop(checks=(few,), quarantine=("cheap",), at_most=HALF)
    shop.sell(0, [("a", 1), ("b", 22), ("c", 3), ("d", 4)])
    assert len(shop.sales()) == 4
    shop.sell(1, [("a", 1), ("b", 22), ("c", 33), ("d", 4)])
    assert shop.sales() == [("a", 1), ("d", 4)]


def test_other_checks_are_held_against_what_is_left(open_shop: OpenShop) -> None:
    checks = (CHEAP, replace(zero("rows", Metric.ROW_COUNT), threshold=(Decimal(1),)))
    shop = open_shop(checks=checks, quarantine=("cheap",), at_most=HALF)
    assert results(shop, [("a", 1), ("b", 22)])["rows"].passed


@pytest.mark.emulator_lacks("has no keysets of Cloud KMS, which pseudonyms are made by")
def test_what_is_set_aside_is_masked_as_all_rows_are(open_shop: OpenShop) -> None:
    columns = (*COLUMNS, Column("buyer", LogicalType.STRING, mask=Pseudonym("buyer")))
    sql = "SELECT sale_id, price, sold_at, 'ann' AS buyer FROM orders"
    keys = {"buyer": Secret("a-key-of-thirty-two-characters-at-least")}.get
    shop = open_shop(columns=columns, sql=sql, keys=keys, checks=(CHEAP,), quarantine=("cheap",), at_most=HALF)
    shop.sell(0, [("a", 11), ("b", 2)])
    (row,) = shop.engine.quarantine(SALES, most=9)
    assert len(json.loads(row.content)["buyer"]) == 64


def test_consumers_find_no_quarantine(open_shop: OpenShop) -> None:
    shop = open_shop(checks=(CHEAP,), quarantine=("cheap",), at_most=HALF)
    shop.sell(0, [("a", 11), ("b", 2)])
    assert shop.ask("SELECT * FROM sales WHERE sale_id = 'a'") == []
    with pytest.raises(FinalError, match="quarantine"):
        shop.ask("SELECT * FROM quarantine")
