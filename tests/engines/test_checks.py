"""What each check measures, and what its failure does."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from tests.engines.shop import COLUMNS, NOW, Row, Shop

from meshwright.model.contract import Check, Column, LogicalType, Metric, Operator, Unit
from meshwright.model.diagnostic import Severity
from meshwright.model.product import OnFail, PublishMode
from meshwright.model.publish import CheckResult

OpenShop = Callable[..., Any]
ROWS: list[Row] = [("a", 1), ("b", 2), ("c", 2), ("", 40)]


def zero(metric: Metric, *columns: str, **more: Any) -> Check:
    return Check("asked", metric, Operator.EQUAL, (Decimal(0),), columns, **more)


def checked(shop: Shop, hour: int, rows: list[Row]) -> dict[str, CheckResult]:
    staged = shop.engine.stage(shop.work(shop.deliver(hour, rows)), NOW)
    results = shop.engine.check(shop.product, staged.publish_id)
    shop.engine.discard(shop.product, staged.publish_id)
    return {r.check: r for r in results}


@pytest.mark.parametrize(
    ("check", "measured"),
    [
        pytest.param(zero(Metric.NULL_VALUES, "price"), 0, id="no value is null"),
        pytest.param(zero(Metric.MISSING_VALUES, "sale_id"), 1, id="an empty text is missing"),
        pytest.param(zero(Metric.INVALID_VALUES, "sale_id", valid_values=("a", "b")), 2, id="not among the valid"),
        pytest.param(zero(Metric.INVALID_VALUES, "sale_id", pattern="^[a-z]$"), 1, id="not of the pattern"),
        pytest.param(zero(Metric.DUPLICATE_VALUES, "price"), 1, id="a repeated value"),
        pytest.param(zero(Metric.DUPLICATE_VALUES, "price", "sale_id"), 0, id="no repeated pair"),
        pytest.param(zero(Metric.ROW_COUNT), 4, id="rows"),
        pytest.param(zero(Metric.INVALID_VALUES, "sale_id", pattern="x", unit=Unit.PERCENT), 100, id="in percent"),
        pytest.param(zero(Metric.SQL, query="SELECT max(price) FROM sales"), 40, id="its own SQL"),
        pytest.param(zero(Metric.SQL, query="SELECT nonsense FROM sales"), None, id="SQL that fails"),
        pytest.param(
            zero(Metric.SQL, query="SELECT * FROM read_text('/etc/hostname')"), None, id="SQL that reaches out"
        ),
        pytest.param(zero(Metric.SQL, query="SELECT 1; SELECT 2"), None, id="two statements"),
        pytest.param(zero(Metric.SQL, query="SELECT 'many'"), None, id="SQL without a number"),
        pytest.param(zero(Metric.SQL, query="SELECT CAST('nan' AS DOUBLE)"), None, id="SQL of what is not a number"),
        pytest.param(zero(Metric.SQL, query="SELECT CAST('inf' AS DOUBLE)"), None, id="SQL that is infinite"),
        pytest.param(zero(Metric.SQL, query=f"SELECT {10**25}"), 10**25, id="SQL of a number beyond all measure"),
    ],
)
def test_a_check_measures(open_shop: OpenShop, check: Check, measured: int | None) -> None:
    shop: Shop = open_shop(checks=(check,))
    result = checked(shop, 0, ROWS)["asked"]
    assert result.measured == measured
    assert result.passed is (measured == 0)


@pytest.mark.parametrize(
    ("operator", "threshold", "passed"),
    [
        pytest.param(Operator.EQUAL, (4,), True, id="equal"),
        pytest.param(Operator.NOT_EQUAL, (4,), False, id="not equal"),
        pytest.param(Operator.GREATER, (4,), False, id="greater"),
        pytest.param(Operator.GREATER_OR_EQUAL, (4,), True, id="greater or equal"),
        pytest.param(Operator.LESS, (5,), True, id="less"),
        pytest.param(Operator.LESS_OR_EQUAL, (3,), False, id="less or equal"),
        pytest.param(Operator.BETWEEN, (4, 9), False, id="between excludes its ends"),
        pytest.param(Operator.NOT_BETWEEN, (4, 9), True, id="not between"),
    ],
)
def test_a_threshold_is_held_against_the_measured(
    open_shop: OpenShop, operator: Operator, threshold: tuple[int, ...], passed: bool
) -> None:
    check = Check("asked", Metric.ROW_COUNT, operator, tuple(map(Decimal, threshold)))
    assert checked(open_shop(checks=(check,)), 0, ROWS)["asked"].passed is passed


def test_a_contract_implies_checks(open_shop: OpenShop) -> None:
    shop: Shop = open_shop(columns=(*COLUMNS[:1], replace(COLUMNS[1], unique=True)))
    results = checked(shop, 0, [("a", 1), ("a", 1)])
    assert {n: r.passed for n, r in results.items()} == {
        "sale_id-required": True,
        "price-unique": False,
        "primary-key-unique": False,
    }
    assert results["primary-key-unique"].message == (
        "1 of 2 rows with the same `sale_id` as another, which should be 0"
    )


@pytest.mark.parametrize(
    ("mode", "rows", "duplicates"),
    [
        pytest.param(PublishMode.REPLACE, [("b", 7)], 0, id="what is replaced does not count"),
        pytest.param(PublishMode.APPEND, [("b", 7)], 1, id="appended rows stay"),
        pytest.param(PublishMode.MERGE, [("b", 7)], 1, id="merged rows stay"),
        pytest.param(PublishMode.MERGE, [("a", 7)], 0, id="but not the one that is merged over"),
        pytest.param(PublishMode.LEDGER, [("b", 7)], 1, id="a ledger's entries stay"),
    ],
)
def test_uniqueness_holds_over_all_that_consumers_will_read(
    open_shop: OpenShop, mode: PublishMode, rows: list[Row], duplicates: int
) -> None:
    shop: Shop = open_shop(mode=mode, checks=(zero(Metric.DUPLICATE_VALUES, "price"),))
    shop.sell(0, [("a", 7)])
    assert checked(shop, 1, rows)["asked"].measured == duplicates


def test_an_interval_run_again_is_no_duplicate_of_itself(open_shop: OpenShop) -> None:
    shop: Shop = open_shop(mode=PublishMode.APPEND)
    shop.sell(0, [("a", 7)])
    assert checked(shop, 0, [("a", 7)])["primary-key-unique"].passed


def test_severity_and_the_manifest_say_what_a_failure_does(open_shop: OpenShop) -> None:
    warning = replace(zero(Metric.ROW_COUNT), severity=Severity.WARNING)
    shop: Shop = open_shop(mode=PublishMode.MERGE, checks=(warning,))
    results = checked(shop, 0, ROWS)
    assert results["asked"].consequence is OnFail.WARN
    assert results["sale_id-required"].consequence is OnFail.BLOCK


def test_checking_changes_nothing_and_can_be_done_again(open_shop: OpenShop) -> None:
    shop: Shop = open_shop(columns=(Column("sale_id", LogicalType.STRING, required=True),))
    staged = shop.engine.stage(shop.work(shop.deliver(0, ROWS)), NOW)
    first = shop.engine.check(shop.product, staged.publish_id)
    assert shop.engine.check(shop.product, staged.publish_id) == first
    assert shop.engine.staged(shop.product, staged.publish_id) == staged
    assert shop.engine.publish(shop.product, staged.publish_id, NOW).seconds > 0
