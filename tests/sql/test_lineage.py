"""The single pass finds what sqlglot's own lineage finds, column by column."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp
from sqlglot.lineage import lineage
from tests.sql.samples import SCHEMAS, understood

from meshwright.sql.types import declared

QUERIES = [
    "select id, price * qty as x from orders",
    "select * from orders",
    "select o.id, l.n, o.price + l.n as x from orders o left join web_likes l on l.id = o.id",
    "with a as (select id, qty + 1 as q from orders), b as (select id, q * 2 as r from a) select a.q, b.r from a, b",
    "select x.q from (select sum(qty) as q, id from orders group by id) as x where x.q > 3",
    "select id from orders union all select id from web_likes union all select id from orders",
    "with u as (select id, qty as n from orders union all select id, n from web_likes) select n, id from u",
    "select case when qty > 1 then price else 0 end as x, coalesce(id, 'a') as y from orders",
    "select sum(price) over (partition by id order by ts) as x from orders qualify row_number() over (order by ts) = 1",
    "select (select max(n) from web_likes) as x, day from orders",
    "with a as (select * from orders), b as (select a.* except (price), a.price as p from a) select * from b",
    "select if(o.qty > l.n, o.id, l.id) as x from orders o, web_likes l",
    "select day, count(distinct id) as x, countif(qty > 2) as y from orders group by day having sum(price) > 3",
]


def leaves(column: str, sql: str) -> set[tuple[str, str]]:
    schema = {t: {c.name: declared(c.type) for c in columns} for t, columns in SCHEMAS.items() if columns}
    nodes = lineage(column, sql, schema=schema, dialect="bigquery").walk()
    ends = [n for n in nodes if isinstance(n.expression, exp.Table)]
    return {(n.expression.name, n.name.rsplit(".", 1)[-1]) for n in ends}


def assert_agrees(sql: str) -> None:
    for column in understood(sql).columns:
        found = {(i.replace("-", "_"), n) for i, n in column.sources}
        assert found == leaves(column.name, sql), column.name


@pytest.mark.parametrize("sql", QUERIES)
def test_it_agrees_with_sqlglot(sql):
    assert_agrees(sql)


NAMES = st.sampled_from(["a", "b", "c"])
STEPS = st.lists(st.tuples(NAMES, NAMES, st.sampled_from(["+", "*"])), min_size=1, max_size=6)


@settings(deadline=None, max_examples=40)
@given(STEPS)
def test_it_agrees_through_any_chain_of_ctes(steps):
    """Each CTE rewrites one column with another of the CTE before it."""
    ctes = ["s0 as (select qty as a, price as b, length(id) as c from orders)"]
    for n, (into, other, sign) in enumerate(steps):
        kept = ", ".join(f"{into} {sign} {other} as {into}" if name == into else name for name in "abc")
        ctes.append(f"s{n + 1} as (select {kept} from s{n})")
    assert_agrees(f"with {', '.join(ctes)} select a, b, c from s{len(steps)}")
