"""However it is told how many rows repeat others, it is what counting their values says."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

import duckdb
import pytest
from duckdb import DuckDBPyConnection
from hypothesis import given, settings
from hypothesis import strategies as st

from meshwright.engine.duckdb import looking
from meshwright.engine.duckdb.duplicates import Span, ways
from meshwright.engine.duckdb.rows import STAGED, measured
from meshwright.engine.measuring import Terms
from meshwright.model.contract import Check, Column, LogicalType, Metric, Operator
from meshwright.model.time import interval

KINDS = {"id": LogicalType.STRING, "number": LogicalType.INTEGER, "second": LogicalType.NUMBER}
KNOWN = Terms({name: Column(name, kind) for name, kind in KINDS.items()}, interval("2013-01-01/2013-01-02"))
SOURCE = f"(SELECT *, true AS {STAGED} FROM sales)"
Row = tuple[str | None, int | None, int | None]


@pytest.fixture(scope="module")
def connection() -> Iterator[DuckDBPyConnection]:
    """Give a DuckDB, where two rows are enough to see an order."""
    with pytest.MonkeyPatch.context() as patch, duckdb.connect() as opened:
        patch.setattr(looking, "LOOK", 2)
        yield opened


def unique(*columns: str) -> Check:
    return Check("asked", Metric.DUPLICATE_VALUES, Operator.EQUAL, (Decimal(0),), columns)


def fill(connection: DuckDBPyConnection, rows: Sequence[Row]) -> None:
    connection.execute("CREATE OR REPLACE TABLE sales (id VARCHAR, number BIGINT, second DECIMAL(38, 9))")
    columns = [list(column) for column in zip(*rows, strict=True)] or [[], [], []]
    connection.execute(
        "INSERT INTO sales SELECT unnest($1::VARCHAR[]), unnest($2::BIGINT[]), unnest($3::INT[])", columns
    )


def of_id(*values: str | None) -> list[Row]:
    return [(value, 1, 1) for value in values]


def of_number(*values: int | None) -> list[Row]:
    return [("a", value, 1) for value in values]


ORDER, SPAN, HASHES = "order", "span", "hashes"
LIES: dict[str, tuple[tuple[str, ...], list[Row], str, int]] = {
    "by number, as text": (("id",), of_id("A-9", "A-10", "A-99", "A-100"), ORDER, 0),
    "by name": (("id",), of_id("Anna", "Bo", "Carl"), ORDER, 0),
    "by what is there": (("id",), of_id("1", None, "2", None, "3"), ORDER, 0),
    "by time, then by number": (("number", "second"), [("a", 7, 1), ("b", 9, 1), ("c", 1, 2), ("d", 5, 2)], ORDER, 0),
    "by some of it": (("id", "number"), [("b", 1, 1), ("a", 2, 1), ("a", 3, 1)], ORDER, 0),
    "by some of it for a while": (("id", "number"), [("b", 1, 1), ("a", 2, 1), ("c", 2, 1), ("c", 2, 1)], ORDER, 1),
    "in no order": (("id",), of_id("3", "1", "2"), HASHES, 0),
    "backwards": (("number",), of_number(3, 2, 1), SPAN, 0),
    "in no order, as numbers": (("number",), of_number(2 - 2**63, -(2**63), 1 - 2**63, None, 1 - 2**63), SPAN, 1),
    "in no order, and far apart": (("number",), of_number(2**63 - 1, -(2**63), -(2**63)), HASHES, 1),
    "the same at once": (("id",), of_id("1", "1", "2"), HASHES, 1),
    "in order, and then not": (("id",), of_id("2", "3", "1"), ORDER, 0),
    "in order, and then the same": (("id",), of_id("1", "2", "2"), ORDER, 1),
    "in order, and then one from before": (("id",), of_id("1", "2", "3", "1", "1"), ORDER, 2),
    "in one row": (("id",), of_id("1"), HASHES, 0),
    "in none": (("id",), [], HASHES, 0),
}


@pytest.mark.parametrize(("columns", "rows", "seen", "number"), LIES.values(), ids=LIES)
def test_rows_lie(
    connection: DuckDBPyConnection, columns: tuple[str, ...], rows: list[Row], seen: str, number: int
) -> None:
    fill(connection, rows)
    check = unique(*columns)
    way = ways(connection, SOURCE, [check], KNOWN).get(check)
    assert (SPAN if isinstance(way, Span) else ORDER if way else HASHES) == seen
    assert measured(connection, SOURCE, [check], KNOWN).numbers == {check: number}


VALUES = (
    st.sampled_from([None, "", "9", "10", "A-9", "A-10", "a", "é", "éa", "z", "z\0"]),
    st.sampled_from([None, -(2**63), -1, 0, 9, 10, 2**63 - 1]),
    st.sampled_from([None, 0, 1, 2]),
)


@st.composite
def rows_and_key(draw: st.DrawFn) -> tuple[list[Row], list[str]]:
    """Draw rows, most of them in an order of the columns that must be unique."""
    rows = draw(st.lists(st.tuples(*VALUES), max_size=10))
    key = draw(st.lists(st.sampled_from([*KINDS]), min_size=1, max_size=3, unique=True))
    places = [[*KINDS].index(column) for column in draw(st.permutations(key))]
    if draw(st.booleans()):
        rows = list(dict.fromkeys(rows))
    if draw(st.sampled_from([True, True, False])):
        rows.sort(key=lambda row: [(value is not None, value) for value in map(row.__getitem__, places)])
    return rows + draw(st.lists(st.sampled_from(rows), max_size=1)) if rows else rows, key


@settings(max_examples=120, deadline=None)
@given(case=rows_and_key())
def test_it_is_what_counting_says(connection: DuckDBPyConnection, case: tuple[list[Row], list[str]]) -> None:
    rows, key = case
    fill(connection, rows)
    places = [[*KINDS].index(column) for column in key]
    whole = [values for row in rows if None not in (values := tuple(row[place] for place in places))]
    check = unique(*key)
    assert measured(connection, SOURCE, [check], KNOWN).numbers == {check: len(whole) - len(set(whole))}
