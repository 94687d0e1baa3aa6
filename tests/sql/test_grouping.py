"""Grouping, held against what DuckDB itself binds and refuses."""

import duckdb
import pytest
from tests.sql.samples import understood

from meshwright.sql.codes import Code

BOUND = (
    "select id, sum(price) as x from orders group by id",
    "select id as k, sum(price) as x from orders group by k",
    "select id, day, sum(price) as x from orders group by 1, 2",
    "select upper(id) as k, count(*) as x from orders group by upper(id)",
    "select concat(upper(id), 'a') as k, count(*) as x from orders group by upper(id)",
    "select id, sum(price) as x from orders group by all",
    "select id, day, sum(price) as x from orders group by rollup (id, day)",
    "select id, day, sum(price) as x from orders group by grouping sets ((id), (day), ())",
    "select id, day, sum(price) as x from orders group by cube (id, day)",
    "select count(*) as x from orders",
    "select sum(price) / count(*) as x from orders having count(*) > 1",
    "select id, sum(price) as x from orders group by id having sum(price) > 1 and id <> 'a'",
    "select id, sum(price) as total from orders group by id having total > 1",
    "select id, sum(price) as x from orders group by id order by id, sum(qty)",
    "select id, sum(price) as total from orders group by id order by total",
    "select id, sum(sum(price)) over () as x from orders group by id",
    "select id, rank() over (order by sum(price) desc) as x from orders group by id",
    "select id, sum(price) as x from orders group by id qualify rank() over (order by sum(price)) = 1",
    "select id, rank() over (order by price) as r from orders qualify r = 1",
    "select id, price, row_number() over (partition by id order by ts) as x from orders",
    "select id, count(distinct day) as x, sum(price) filter (where qty > 1) as y from orders group by id",
    "select id, (select max(n) from web_likes where web_likes.id = orders.id) as x from orders group by id",
    "select id, sum(price) as x from orders join web_likes using (id) group by id",
    "select orders.id, max(n) as x from orders left join web_likes on web_likes.id = orders.id group by orders.id",
    "with t as (select id, sum(price) as p from orders group by id) select max(p) as x from t",
    "select distinct id, price from orders",
    "select id, any_value(price) as x, first(day) as y, list(qty) as z from orders group by id",
    "select if(id = 'a', 1, 2) as k, count(*) as x from orders group by if(id = 'a', 1, 2)",
    "select 'k' as k, count(*) as x from orders group by k",
    "select id from orders where price > (select avg(price) from orders)",
    "select id, first_value(price ignore nulls) over (partition by id order by ts) as x from orders",
)

REFUSED = (
    "select id, day, sum(price) as x from orders group by id",
    "select id, sum(price) as x from orders",
    "select id, price + sum(price) as x from orders group by id",
    "select id as k, count(*) as x from orders group by upper(id)",
    "select id, sum(price) as x from orders group by id having qty > 1",
    "select id, sum(price) as x from orders group by id order by qty",
    "select id, rank() over (order by price) as x from orders group by id",
    "select id, sum(price) over (partition by day) as x from orders group by id",
    "select id from orders where count(*) > 1",
    "select id from orders where sum(price) over () > 1",
    "select orders.id from orders join web_likes on sum(n) = price",
    "select id, sum(count(*)) as x from orders group by id",
    "select id, count(*) as x from orders group by id, sum(price)",
    "select id, count(*) as x from orders group by id, row_number() over ()",
    "select id, count(*) as x from orders group by id having row_number() over () = 1",
    "select id from orders qualify price > 1",
    "select id, count(*) as x from orders group by 3",
    "select id, price from orders order by 3",
    "select id from orders having price > 1",
    "select id, n, count(*) as x from orders join web_likes using (id) group by id",
    "with t as (select id, price from orders group by id) select id from t",
    "select id from orders where price in (select price from orders group by id)",
)


@pytest.fixture(scope="module")
def tables():
    with duckdb.connect() as connection:
        connection.execute("create table orders (id varchar, price double, ts timestamptz, day date, qty bigint)")
        connection.execute("create table web_likes (id varchar, n bigint)")
        yield connection


def verdict(sql: str, dialect: str) -> bool:
    return any(d.code == Code.GROUPING for d in understood(sql, dialect=dialect).diagnostics)


@pytest.mark.parametrize("sql", BOUND)
def test_what_duckdb_binds_is_not_blamed(tables, sql):
    tables.execute(f"explain {sql}")
    assert not verdict(sql, "duckdb")
    assert not verdict(sql, "bigquery")


@pytest.mark.parametrize("sql", REFUSED)
def test_what_duckdb_refuses_is_found_before(tables, sql):
    with pytest.raises(duckdb.BinderException):
        tables.execute(f"explain {sql}")
    assert verdict(sql, "duckdb")
    assert verdict(sql, "bigquery")
