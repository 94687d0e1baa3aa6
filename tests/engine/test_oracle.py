"""What is measured, judged and set aside is what a few lines of Python say, at every edge."""

import json
import re
from collections import Counter
from decimal import Decimal
from fractions import Fraction

import duckdb
from duckdb import DuckDBPyConnection
from hypothesis import given, settings
from hypothesis import strategies as st

from meshwright.engine.duckdb.quarantine import set_aside, start_quarantine
from meshwright.engine.duckdb.rows import STAGED, Subject, measured
from meshwright.engine.judgement import Aside, counted, judged
from meshwright.engine.measuring import terms
from meshwright.model.address import ProductAddress
from meshwright.model.contract import ROW_METRICS, Check, Column, Contract, LogicalType, Metric, Operator, Unit
from meshwright.model.identity import PublishId
from meshwright.model.product import OnFail, OutputTable, PublishMode
from meshwright.model.ratio import Ratio
from meshwright.model.time import interval

DAY = interval("2013-01-01/2013-01-02")
ID = PublishId("20130201T000000000000-1a2b3c4d")
ADDRESS = ProductAddress("shop", "sales").port("sales", 1).table()
COLUMNS = (Column("id", LogicalType.STRING), Column("price", LogicalType.NUMBER))
Row = tuple[str | None, Decimal | None]

ROWS = st.lists(
    st.tuples(
        st.sampled_from([None, "", " ", "a", "b", "n/a"]),
        st.sampled_from([None, Decimal(0), Decimal(2), Decimal("2.5")]),
    ),
    max_size=8,
)


@st.composite
def checks(draw: st.DrawFn, metrics: tuple[Metric, ...]) -> Check:
    metric = draw(st.sampled_from(metrics))
    unit = Unit.ROWS if metric is Metric.ROW_COUNT else draw(st.sampled_from(Unit))
    operator = draw(st.sampled_from(Operator))
    numbers = st.sampled_from([0, 1, 2, 4, 8] if unit is Unit.ROWS else [0, Decimal("12.5"), 25, 50, 100])
    two = operator in (Operator.BETWEEN, Operator.NOT_BETWEEN)
    threshold = draw(st.lists(numbers, min_size=1 + two, max_size=1 + two, unique=True).map(sorted))
    columns: tuple[str, ...] = (draw(st.sampled_from(["id", "price"])),)
    if metric is Metric.DUPLICATE_VALUES:
        columns = draw(st.sampled_from([("id",), ("price",), ("id", "price")]))
    valid, pattern, missing = (), None, None
    if metric is Metric.INVALID_VALUES:
        valid = draw(st.sampled_from([("a",), ("a", "2"), ("n/a", "2.5", "")]))
        pattern = draw(st.sampled_from([None, "^[a-z0-9.]+$"]))
    if metric is Metric.MISSING_VALUES:
        missing = draw(st.sampled_from([None, (), ("n/a", "0")]))
    return Check(
        name="asked",
        metric=metric,
        operator=operator,
        threshold=tuple(map(Decimal, threshold)),
        columns=() if metric is Metric.ROW_COUNT else columns,
        unit=unit,
        valid_values=valid,
        pattern=pattern,
        missing_values=missing,
    )


def text(value: str | Decimal | None) -> str | None:
    return f"{value:.9f}" if isinstance(value, Decimal) else value


def listed(values: tuple[str, ...], column: str) -> list[str]:
    """Return values as those of a column are written: of a number column, what is a number has nine decimals."""
    numbers = {"0": "0.000000000", "2": "2.000000000", "2.5": "2.500000000"}
    return [numbers.get(v, v) for v in values] if column == "price" else list(values)


def is_wrong(check: Check, row: Row, rows: list[Row]) -> bool:
    """Tell whether a row is wrong by itself; of several with the same values, all are."""
    chosen = [row[("id", "price").index(column)] for column in check.columns]
    value, column = text(chosen[0]), check.columns[0]
    match check.metric:
        case Metric.NULL_VALUES:
            return value is None
        case Metric.MISSING_VALUES if check.missing_values is None:
            return value is None or not value.strip(" ")
        case Metric.MISSING_VALUES:
            return value is None or value in listed(check.missing_values or (), column)
        case Metric.INVALID_VALUES:
            strange = value not in listed(check.valid_values, column)
            return value is not None and (strange or bool(check.pattern and not re.search(check.pattern, value)))
        case _:
            places = [("id", "price").index(name) for name in check.columns]
            alike = sum([other[p] for p in places] == chosen for other in rows)
            return None not in chosen and alike > 1


def number(check: Check, rows: list[Row]) -> int:
    if check.metric is Metric.ROW_COUNT:
        return len(rows)
    if check.metric is not Metric.DUPLICATE_VALUES:
        return sum(is_wrong(check, row, rows) for row in rows)
    places = [("id", "price").index(name) for name in check.columns]
    filled = [key for key in (tuple(row[p] for p in places) for row in rows) if None not in key]
    return len(filled) - len(set(filled))


def passes(check: Check, found: int, rows: int) -> bool:
    share = Fraction(100 * found, rows) if rows else Fraction(0)
    value = Fraction(found) if check.unit is Unit.ROWS else share
    low, high = Fraction(check.threshold[0]), Fraction(check.threshold[-1])
    return {
        Operator.EQUAL: value == low,
        Operator.NOT_EQUAL: value != low,
        Operator.GREATER: value > low,
        Operator.GREATER_OR_EQUAL: value >= low,
        Operator.LESS: value < low,
        Operator.LESS_OR_EQUAL: value <= low,
        Operator.BETWEEN: low < value < high,
        Operator.NOT_BETWEEN: not low < value < high,
    }[check.operator]


def table(check: Check, at_most: str = "1", on_fail: OnFail = OnFail.QUARANTINE) -> OutputTable:
    return OutputTable(
        Contract("sales", COLUMNS, (check,)),
        PublishMode.REPLACE,
        on_fail=(("asked", on_fail),),
        quarantine=Ratio(Decimal(at_most)),
    )


def filled(connection: DuckDBPyConnection, rows: list[Row]) -> str:
    connection.execute("CREATE OR REPLACE TEMP TABLE unjudged (id VARCHAR, price DECIMAL(38, 9))")
    for row in rows:
        connection.execute("INSERT INTO unjudged VALUES ($1, $2)", row)
    return "unjudged"


SHARED = duckdb.connect()
SHARED.execute("CREATE SCHEMA mesh")
start_quarantine(SHARED)


@settings(max_examples=150, deadline=None)
@given(rows=ROWS, check=checks((*ROW_METRICS, Metric.ROW_COUNT)))
def test_every_metric_with_every_operator_measures_and_judges_as_python_does(rows: list[Row], check: Check) -> None:
    made = table(check)
    source = f"(SELECT *, true AS {STAGED} FROM {filled(SHARED, rows)})"
    found = measured(SHARED, source, [check], terms(made, DAY))
    expected = number(check, rows)
    assert found.numbers[check] == expected
    result = judged(made, ADDRESS, check, found.numbers[check], found.among(check))
    assert result.passed is passes(check, expected, len(rows))


@settings(max_examples=150, deadline=None)
@given(rows=ROWS, check=checks(ROW_METRICS))
def test_rows_are_set_aside_when_their_check_fails_and_then_all_that_are_wrong(rows: list[Row], check: Check) -> None:
    SHARED.execute("DELETE FROM mesh.quarantine")
    set_aside(SHARED, Subject(ADDRESS, table(check), filled(SHARED, rows)), ID, DAY)
    apart = SHARED.execute("SELECT content, checks FROM mesh.quarantine").fetchall()
    left = SHARED.execute("SELECT id, price FROM unjudged").fetchall()
    wrong = [row for row in rows if is_wrong(check, row, rows)]
    expected = [] if passes(check, number(check, rows), len(rows)) else wrong
    told = [(json.loads(content)["id"], names) for content, names in apart]
    assert Counter(name for name, _ in told) == Counter(name for name, _ in expected)
    assert all(names == ["asked"] for _, names in told)
    assert Counter(left) == Counter(rows) - Counter(expected)


@settings(max_examples=100, deadline=None)
@given(aside=st.integers(0, 12), left=st.integers(0, 12), at_most=st.sampled_from(["0", "0.05", "0.5", "1"]))
def test_more_than_the_share_blocks_and_exactly_the_share_does_not(aside: int, left: int, at_most: str) -> None:
    check = Check("asked", Metric.NULL_VALUES, Operator.EQUAL, (Decimal(0),), ("id",))
    result = counted(table(check, at_most), ADDRESS, check, Decimal(0), left, Aside(aside, {"asked": aside}))
    assert result.passed is (aside == 0)
    assert result.blocks is (Fraction(aside) > Fraction(at_most) * (aside + left))
