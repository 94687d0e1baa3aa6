"""Operands, held against what DuckDB itself refuses: what it computes is never blamed."""

import duckdb
import pytest
from tests.sql.samples import understood

from meshwright.sql.codes import Code

TABLE = "create table orders (id varchar, price double, ts timestamptz, day date, qty bigint)"

COMPUTED = (
    "price > qty",
    "qty between 1 and 2.5",
    "day >= '2026-01-01'",
    "ts < '2026-01-01T00:00:00Z'",
    "'2026-01-01' <= day",
    "day < ts",
    "id in ('a', 'b')",
    "id = null",
    "qty in (1, null)",
    "id || 'a' = 'ba'",
    "day + interval 1 day > ts",
    "day - day > 1",
    "ts - interval 1 hour < ts",
    "-qty < 3",
    "qty + '1' > 1",
    "not (qty > 1)",
    "qty > 1 and id = 'a' or price is null",
    "coalesce(price, qty) > 1",
    "case when id = 'a' then 1 else 2 end = qty",
)

REFUSED = (
    "id = 1",
    "id > price",
    "1 <> id",
    "id between 1 and 2",
    "id in (1, 2)",
    "day = 1",
    "ts > qty",
    "day in (1)",
    "id + 1 > 2",
    "-id = 'a'",
    "id * id = 4",
    "ts",
    "day and qty > 1",
    "not ts",
)


@pytest.mark.parametrize("condition", COMPUTED)
def test_what_duckdb_computes_is_not_blamed(condition):
    with duckdb.connect() as connection:
        connection.execute(TABLE)
        connection.execute(f"select id from orders where {condition}")
    for dialect in ("duckdb", "bigquery"):
        found = understood(f"select id as x from orders where {condition}", dialect=dialect).diagnostics
        assert [d for d in found if d.code == Code.OPERANDS] == []


@pytest.mark.parametrize("condition", REFUSED)
def test_what_makes_no_sense_is_found_before_it_runs(condition):
    for dialect in ("duckdb", "bigquery"):
        found = understood(f"select id as x from orders where {condition}", dialect=dialect).diagnostics
        assert {d.code for d in found} >= {Code.OPERANDS}


@pytest.mark.parametrize("call", ["sum(id)", "avg(id)", "sum(day)", "avg(ts)"])
def test_there_is_no_sum_of_what_is_no_number(call):
    found = understood(f"select {call} as x from orders", "x:number").diagnostics
    assert any("has no" in d.message for d in found if d.code == Code.OPERANDS)
