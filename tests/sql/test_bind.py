from datetime import UTC, datetime

import duckdb
import pytest

from meshwright.model.errors import Refused
from meshwright.model.product import Transform
from meshwright.sql.bind import bind


def transform(sql: str, dialect: str = "bigquery") -> Transform:
    return Transform(sql, dialect, "daily.sql")


def test_its_own_dialect_is_what_somebody_wrote_without_what_follows_the_last_word():
    sql = "-- why\nselect  A,\n  b from t -- here\n where ts < $interval_end ;; -- the end\n"
    query = bind(transform(sql, "duckdb"), "duckdb")
    assert query.sql == "select  A,\n  b from t -- here\n where ts < $interval_end"
    assert query.parameters == ("interval_end",)


def test_parameters_stay_parameters():
    query = bind(transform("select id from t where ts >= @interval_start and ts < @interval_end"), "duckdb")
    assert query.parameters == ("interval_end", "interval_start")
    assert "$interval_start" in query.sql
    assert "$interval_end" in query.sql


def test_the_bounds_of_an_interval_reach_duckdb_as_values():
    query = bind(transform("select timestamp_sub(@interval_end, interval 24 hour) as x"), "duckdb")
    with duckdb.connect() as session:
        session.execute("set TimeZone = 'UTC'")
        (found,) = session.execute(query.sql, {"interval_end": datetime(2013, 1, 2, tzinfo=UTC)}).fetchone()
    assert found == datetime(2013, 1, 1, tzinfo=UTC)


def test_mending_reaches_what_is_inside_of_what_is_mended():
    sql = "select date_trunc(date_add(d, interval 1 day), month) as x from (select date '2020-01-31' as d)"
    query = bind(transform(sql), "duckdb")
    assert query.sql.count("AS DATE)") == 3


def test_a_hash_chain_can_be_made_in_one_pass_over_an_ordered_table():
    sql = """
        with entries as (
          select 1 as n, 'a' as entry union all select 2, 'b' union all select 3, 'c'
        ), hashed as (
          select n, to_hex(sha256(concat(cast(n as string), '|', entry))) as entry_hash from entries
        )
        select n, coalesce(lag(entry_hash) over (order by n), repeat('0', 64)) as previous_hash, entry_hash
        from hashed
        qualify n > 1 or previous_hash = repeat('0', 64)
        order by n
    """
    with duckdb.connect() as session:
        rows = session.execute(bind(transform(sql), "duckdb").sql).fetchall()
    assert [row[1] for row in rows[1:]] == [row[2] for row in rows[:-1]]
    assert rows[0][1] == "0" * 64


@pytest.mark.parametrize("sql", ["drop table t", "select 1; select 2", ""])
def test_what_is_not_one_select_is_refused(sql):
    with pytest.raises(Refused):
        bind(transform(sql), "duckdb")
