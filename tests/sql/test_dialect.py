import duckdb
import pytest
from sqlglot import exp, parse_one
from tests.sql.portable import OVER_ROWS, ROW, ROWS, SCALARS
from tests.sql.samples import understood

from meshwright.model.product import Transform
from meshwright.sql.bind import bind
from meshwright.sql.dialect import PORTABLE


@pytest.fixture(scope="module")
def session():
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield connection


def run(session, sql: str) -> list[object]:
    query = bind(Transform(sql, "bigquery", "golden.sql"), "duckdb")
    return [row[-1] for row in session.execute(query.sql).fetchall()]


def nearly(value: object) -> object:
    return pytest.approx(value) if isinstance(value, float) else value


@pytest.mark.parametrize(("expression", "value"), SCALARS, ids=[e for e, _ in SCALARS])
def test_duckdb_gives_what_bigquery_documents(session, expression, value):
    (found,) = run(session, f"with t as ({ROW}) select {expression} as x from t")
    assert (found, type(found)) == (nearly(value), type(value))


@pytest.mark.parametrize(("expression", "values"), OVER_ROWS, ids=[e for e, _ in OVER_ROWS])
def test_duckdb_looks_at_rows_as_bigquery_does(session, expression, values):
    over_each_row = " over (" in expression
    chosen = f"id, {expression} as x from t order by id" if over_each_row else f"{expression} as x from t"
    assert run(session, f"with t as ({ROWS}) select {chosen}") == [nearly(v) for v in values]


@pytest.mark.parametrize("expression", [e for e, _ in (*SCALARS, *OVER_ROWS)])
def test_what_is_proved_is_let_pass(expression):
    table = ROW if expression in dict(SCALARS) else ROWS
    found = understood(f"with t as ({table}) select {expression} as x from t").diagnostics
    assert [d for d in found if d.code == "MW0215"] == []


def test_nothing_is_let_pass_that_was_not_proved():
    proved = {
        type(node)
        for expression, _ in (*SCALARS, *OVER_ROWS)
        for node in parse_one(f"select {expression}", read="bigquery").find_all(exp.Func)
    }
    assert {f.__name__ for f in PORTABLE - proved} == set()


REFUSED = {
    "extract(week from day)": "EXTRACT(WEEK) means something else on DuckDB",
    "extract(date from ts)": "EXTRACT(DATE) means something else on DuckDB",
    "timestamp_trunc(ts, week)": "this unit is counted in another way on DuckDB",
    "date_diff(day, day, week)": "this unit is counted in another way on DuckDB",
    "date_trunc(ts, month)": "DATE_TRUNC would make a DATE of this on DuckDB",
    "format_timestamp('%H', ts, 'Europe/Paris')": "the zone would be dropped on DuckDB",
    "format_date('%U', day)": "this format means something else on DuckDB",
    "parse_timestamp('%Y', id)": "nobody has proved that `parse_timestamp` means the same on DuckDB",
    "format('%05d', qty)": "nobody has proved that `format` means the same on DuckDB",
    "approx_top_count(id, 1)": "nobody has proved that `approx_top_count` means the same on DuckDB",
    "soundex(id)": "nobody has proved that `soundex` means the same on DuckDB",
    "our_own(id)": "nobody has proved that `our_own` means the same on DuckDB",
    "array_agg(id limit 2)": "ARRAY_AGG with LIMIT cannot run on DuckDB",
    "cast(price as string)": "a fraction is written in another way on DuckDB (`1.5`, `1.500`)",
    "cast(price as int64)": "BigQuery rounds halves away from zero, DuckDB to even",
    "sha256(id)": "`sha256` makes bytes, which no contract can hold",
    "current_timestamp()": "nobody has proved that `current_timestamp` means the same on DuckDB",
    "generate_uuid()": "nobody has proved that `generate_uuid` means the same on DuckDB",
}


@pytest.mark.parametrize(("expression", "message"), REFUSED.items(), ids=list(REFUSED))
def test_a_silent_difference_is_refused_with_a_way_out(expression, message):
    (found,) = [d for d in understood(f"select {expression} as x from orders").diagnostics if d.code == "MW0215"]
    assert found.message == message
    assert found.hint


def test_unnest_with_offset_is_refused():
    sql = "select i as x from orders, unnest([1, 2]) as i with offset as o"
    assert "WITH OFFSET counts from 1 on DuckDB" in [d.message for d in understood(sql).diagnostics]


@pytest.mark.parametrize("source", ["orders tablesample system (10 percent)", "orders for system_time as of ts"])
def test_what_another_run_would_not_see_again_is_refused(source):
    assert "MW0215" in [d.code for d in understood(f"select id as x from {source}").diagnostics]


def test_duckdbs_own_dialect_may_say_anything_that_duckdb_can():
    found = understood("select format('{:05d}', qty) as x from orders", dialect="duckdb").diagnostics
    assert [d for d in found if d.code == "MW0215"] == []
