"""What each check measures, and what its failure does."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from tests.engines.shop import COLUMNS, NOW, TABLE, Row, Shop

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


MEASURED = {
    "no value is null": (zero(Metric.NULL_VALUES, "price"), 0),
    "an empty text is missing": (zero(Metric.MISSING_VALUES, "sale_id"), 1),
    "what stands for a missing value": (zero(Metric.MISSING_VALUES, "sale_id", missing_values=("b", "c")), 2),
    "only null is missing": (zero(Metric.MISSING_VALUES, "sale_id", missing_values=()), 0),
    "a number that is missing": (zero(Metric.MISSING_VALUES, "price", missing_values=("40",)), 1),
    "not among the valid": (zero(Metric.INVALID_VALUES, "sale_id", valid_values=("a", "b")), 2),
    "not among the valid numbers": (zero(Metric.INVALID_VALUES, "price", valid_values=("1", "2.0")), 1),
    "not of the pattern": (zero(Metric.INVALID_VALUES, "sale_id", pattern="^[a-z]$"), 1),
    "a repeated value": (zero(Metric.DUPLICATE_VALUES, "price"), 1),
    "no repeated pair": (zero(Metric.DUPLICATE_VALUES, "price", "sale_id"), 0),
    "rows": (zero(Metric.ROW_COUNT), 4),
    "in percent": (zero(Metric.INVALID_VALUES, "sale_id", pattern="x", unit=Unit.PERCENT), 100),
    "its own SQL": (zero(Metric.SQL, query="SELECT max(price) FROM sales"), 40),
    "SQL that counts rows": (zero(Metric.SQL, query="SELECT count(*) FROM sales AS s WHERE s.price > 1"), 3),
    "SQL that counts no rows": (zero(Metric.SQL, query="SELECT count(*) FROM sales WHERE price > 99 OR NULL"), 0),
    "SQL of the interval": (zero(Metric.SQL, query="SELECT count(*) FROM sales WHERE sold_at < $interval_end"), 4),
    "SQL of all of it": (zero(Metric.SQL, query="SELECT sum(price) FROM sales WHERE sold_at >= $interval_start"), 45),
    "SQL that fails": (zero(Metric.SQL, query="SELECT nonsense FROM sales"), None),
    "SQL that reaches out": (zero(Metric.SQL, query="SELECT * FROM read_text('/etc/hostname')"), None),
    "two statements": (zero(Metric.SQL, query="SELECT 1; SELECT 2"), None),
    "SQL without a number": (zero(Metric.SQL, query="SELECT 'many'"), None),
    "SQL of what is not a number": (zero(Metric.SQL, query="SELECT CAST('nan' AS DOUBLE)"), None),
    "SQL that is infinite": (zero(Metric.SQL, query="SELECT CAST('inf' AS DOUBLE)"), None),
    "SQL of a number beyond all measure": (zero(Metric.SQL, query=f"SELECT {10**25}"), 10**25),
}


def test_a_check_measures(open_shop: OpenShop) -> None:
    checks = tuple(replace(check, name=name) for name, (check, _) in MEASURED.items())
    results = checked(open_shop(checks=checks), 0, ROWS)
    assert {name: results[name].measured for name in MEASURED} == {
        name: number for name, (_, number) in MEASURED.items()
    }
    assert all(results[name].passed is (number == 0) for name, (_, number) in MEASURED.items())


def test_a_condition_that_fails_keeps_no_other_check_from_being_measured(open_shop: OpenShop) -> None:
    broken = replace(zero(Metric.SQL, query="SELECT count(*) FROM sales WHERE nonsense > 1"), name="bad")
    good = replace(zero(Metric.SQL, query="SELECT count(*) FROM sales WHERE price > 99"), name="good")
    results = checked(open_shop(checks=(broken, good)), 0, ROWS)
    assert {name: r.passed for name, r in results.items()} == {
        "sale_id-required": True,
        "primary-key-unique": True,
        "bad": False,
        "good": True,
    }
    assert results["bad"].message.startswith("its SQL failed: ")


HELD = (
    (Operator.EQUAL, (4,), True),
    (Operator.NOT_EQUAL, (4,), False),
    (Operator.GREATER, (4,), False),
    (Operator.GREATER_OR_EQUAL, (4,), True),
    (Operator.LESS, (5,), True),
    (Operator.LESS_OR_EQUAL, (3,), False),
    (Operator.BETWEEN, (4, 9), False),
    (Operator.NOT_BETWEEN, (4, 9), True),
)


def test_a_threshold_is_held_against_the_measured(open_shop: OpenShop) -> None:
    checks = tuple(
        Check(operator.value, Metric.ROW_COUNT, operator, tuple(map(Decimal, threshold)))
        for operator, threshold, _ in HELD
    )
    results = checked(open_shop(checks=checks), 0, ROWS)
    assert {operator: results[operator.value].passed for operator, _, _ in HELD} == {o: passed for o, _, passed in HELD}


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


def test_what_consumers_read_is_checked_where_it_is(open_shop: OpenShop) -> None:
    query = "SELECT count(*) FROM sales WHERE price > 1"
    warning = replace(zero(Metric.SQL, query=query), severity=Severity.WARNING)
    shop: Shop = open_shop(mode=PublishMode.MERGE, checks=(warning,))
    interval = shop.deliver(0, [("a", 1), ("b", 22)])
    shop.run(interval)
    shop.sell(1, [("b", 1), ("c", 33), ("d", 4)])
    found = {r.check: r for r in shop.engine.check_published(shop.product, [TABLE], interval)}
    assert [(name, r.passed) for name, r in found.items()] == [
        ("schema", True),
        ("sale_id-required", True),
        ("primary-key-unique", True),
        ("asked", False),
    ]
    assert found["asked"].measured == 2
    assert [dict(row.values) for row in found["asked"].wrong] == [{"sale_id": "c"}, {"sale_id": "d"}]


def test_a_failed_check_shows_wrong_rows_by_columns_that_anybody_may_see(open_shop: OpenShop) -> None:
    secret = replace(COLUMNS[1], classification="personal")
    checks = (
        replace(zero(Metric.INVALID_VALUES, "price", pattern="^[0-9][.]"), name="cheap"),
        replace(zero(Metric.DUPLICATE_VALUES, "price"), name="once"),
        replace(zero(Metric.ROW_COUNT), name="none"),
    )
    rows: list[Row] = [("b", 22), ("a", 22), ("c", 3), *((f"x{n}", 50 + n) for n in range(9))]
    results = checked(open_shop(checks=checks), 0, rows)
    told = [dict(row.values) for row in results["cheap"].wrong]
    assert told[:2] == [{"sale_id": "a", "price": "22"}, {"sale_id": "b", "price": "22"}]
    assert len(told) == 5
    assert [dict(row.values) for row in results["once"].wrong] == told[:2]
    assert results["none"].wrong == ()
    assert results["once"].text.endswith("such as sale_id `a`, price `22`; sale_id `b`, price `22`")
    hidden = checked(open_shop(columns=(COLUMNS[0], secret), checks=checks), 0, rows)
    assert [dict(row.values) for row in hidden["once"].wrong] == [{"sale_id": "a"}, {"sale_id": "b"}]
