"""A pattern that is held against each value once finds what it finds against each row."""

from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshwright.engine.duckdb import looking
from meshwright.engine.duckdb.few_values import of_few_values
from meshwright.engine.duckdb.rows import STAGED, measured
from meshwright.engine.measuring import Terms
from meshwright.model.contract import Check, Column, LogicalType, Metric, Operator
from meshwright.model.time import interval

KNOWN = Terms({"id": Column("id", LogicalType.STRING)}, interval("2013-01-01/2013-01-02"))
SOURCE = f"(SELECT id, is_staged AS {STAGED} FROM sales)"
Row = tuple[str | None, bool]

TEXTS = st.sampled_from([None, "", " ", "a", "b", "A", "1", "é", "a\n", "a\0"])
MANY = st.lists(st.tuples(st.sampled_from(["a", "1", None]), st.just(True)), min_size=12, max_size=12)
"""So many rows, of so few values, that each of these is looked at once."""


def invalid(pattern: str, *valid: str) -> Check:
    zero = (Decimal(0),)
    return Check("asked", Metric.INVALID_VALUES, Operator.EQUAL, zero, ("id",), valid_values=valid, pattern=pattern)


CHECKS = [invalid("^[a-z]$"), invalid("a"), invalid("^$"), invalid("^[a-z0-9]+$", "a", "1")]


SHARED = duckdb.connect()


@settings(max_examples=40, deadline=None)
@given(rows=MANY, more=st.lists(st.tuples(TEXTS, st.booleans()), max_size=10))
def test_values_are_counted_as_often_as_they_are_there(rows: list[Row], more: list[Row]) -> None:
    SHARED.execute("CREATE OR REPLACE TABLE sales (id VARCHAR, is_staged BOOLEAN)")
    columns = [list(column) for column in zip(*rows, *more, strict=True)]
    SHARED.execute("INSERT INTO sales SELECT unnest($1::VARCHAR[]), unnest($2::BOOLEAN[])", columns)
    by_row = measured(SHARED, SOURCE, CHECKS, KNOWN)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(looking, "LOOK", len(rows))
        assert of_few_values(SHARED, SOURCE, STAGED, CHECKS, KNOWN) == frozenset(CHECKS)
        assert measured(SHARED, SOURCE, CHECKS, KNOWN) == by_row


def test_most_values_are_new_or_rows_are_few() -> None:
    with pytest.MonkeyPatch.context() as patch, duckdb.connect() as connection:
        connection.execute("CREATE TABLE sales AS SELECT i::VARCHAR AS id, true AS is_staged FROM range(8) AS _(i)")
        patch.setattr(looking, "LOOK", 8)
        assert not of_few_values(connection, SOURCE, STAGED, CHECKS, KNOWN)
        connection.execute("UPDATE sales SET id = 'a'")
        assert of_few_values(connection, SOURCE, STAGED, CHECKS, KNOWN)
        connection.execute("DELETE FROM sales WHERE rowid = 0")
        assert not of_few_values(connection, SOURCE, STAGED, CHECKS, KNOWN)
