"""The truth table of what a SELECT reads and makes."""

from dataclasses import replace

import pytest
from tests.sql.samples import PRODUCT, SCHEMAS, columns, table, understood

from meshwright.model.address import ProductAddress
from meshwright.model.contract import LogicalType
from meshwright.model.product import VirtualSource
from meshwright.sql.analyse import analyse


def sources(sql: str, contract: str, dialect: str = "bigquery") -> dict[str, list[str]]:
    analysis = understood(sql, contract, dialect)
    assert analysis.diagnostics == ()
    return {c.name: [f"{i}.{n}" for i, n in c.sources] for c in analysis.columns}


LINEAGE = {
    "a column": ("select id as x from orders", "x", {"x": ["orders.id"]}),
    "an expression": (
        "select price * qty as x from orders",
        "x:number",
        {"x": ["orders.price", "orders.qty"]},
    ),
    "a star over what is declared": (
        "select * from web_likes",
        "id n:integer",
        {"id": ["web-likes.id"], "n": ["web-likes.n"]},
    ),
    "a star over one of two tables": (
        "select o.* except (ts, day, qty), l.n from orders o join web_likes l using (id)",
        "id price:number n:integer",
        {"id": ["orders.id"], "price": ["orders.price"], "n": ["web-likes.n"]},
    ),
    "both sides of USING": (
        "select id from orders left join web_likes using (id)",
        "id",
        {"id": ["orders.id", "web-likes.id"]},
    ),
    "through a CTE and a subquery": (
        (
            "with totals as (select id, sum(price) as total from orders group by id)"
            " select t.id, t.total as x from (select * from totals) as t"
        ),
        "id x:number",
        {"id": ["orders.id"], "x": ["orders.price"]},
    ),
    "a CTE with the name of an input": (
        "with orders as (select id as x from orders) select x from orders",
        "x",
        {"x": ["orders.id"]},
    ),
    "both branches of a union, by position": (
        "select id as x from orders union all select id from web_likes",
        "x",
        {"x": ["orders.id", "web-likes.id"]},
    ),
    "a union by name": (
        "select qty as a, id as x from orders union all by name select id as x, n as a from web_likes",
        "a:integer x",
        {"a": ["orders.qty", "web-likes.n"], "x": ["orders.id", "web-likes.id"]},
        "duckdb",
    ),
    "a recursive CTE ends": (
        (
            "with recursive r as (select id, qty from orders union all select id, qty - 1 from r where qty > 0)"
            " select id, qty as x from r"
        ),
        "id x:integer",
        {"id": ["orders.id"], "x": ["orders.qty"]},
    ),
    "a scalar subquery, not what correlates it": (
        "select (select max(n) from web_likes l where l.id = o.id) as x from orders o",
        "x:integer",
        {"x": ["web-likes.n"]},
    ),
    "a window": (
        "select row_number() over (partition by id order by ts) as x from orders",
        "x:integer",
        {"x": ["orders.id", "orders.ts"]},
    ),
    "an array unnested": (
        "select i as x from raw, unnest(raw.items) as i",
        "x",
        {"x": ["raw.items"]},
    ),
    "an undeclared source gives whatever is asked of it": (
        "select a as x, r.b from raw r",
        "x b",
        {"x": ["raw.a"], "b": ["raw.b"]},
    ),
    "a semi join": (
        "select id as x from orders o semi join web_likes l on o.id = l.id",
        "x",
        {"x": ["orders.id"]},
        "duckdb",
    ),
    "a union of queries in brackets, in order": (
        "(select id as x from orders) union distinct (select id from web_likes) order by x limit 1",
        "x",
        {"x": ["orders.id", "web-likes.id"]},
    ),
    "no column at all": ("select count(*) as x from orders", "x:integer", {"x": []}),
    "names are compared without their case": ("select ID as X from orders", "x", {"x": ["orders.id"]}),
}


@pytest.mark.parametrize("case", LINEAGE.values(), ids=list(LINEAGE))
def test_each_output_column_knows_its_sources(case):
    sql, contract, expected, *dialect = case
    assert sources(sql, contract, *dialect) == expected


READS = {
    "selected": ("select id as x from orders", ["orders.id 1:8 +2"]),
    "filtered, grouped and ordered by": (
        "select id as x\nfrom orders\nwhere price > 3\ngroup by id, day\norder by day",
        ["orders.day 4:14 +3", "orders.day 5:10 +3", "orders.id 1:8 +2", "orders.id 4:10 +2", "orders.price 3:7 +5"],
    ),
    "joined on": (
        "select o.qty as x from orders o join web_likes l on l.id = o.id",
        ["orders.id 1:62 +2", "orders.qty 1:10 +3", "web-likes.id 1:55 +2"],
    ),
    "joined by USING": (
        "select o.qty as x from orders o join web_likes using (id)",
        ["orders.id 1:55 +2", "orders.qty 1:10 +3", "web-likes.id 1:55 +2"],
    ),
    "written as a star": ("select l.* from web_likes l", ["web-likes.id 1:10 +1", "web-likes.n 1:10 +1"]),
    "inside a CTE, not where the CTE is read": (
        "with c as (select `id` from orders) select c.id as x from c",
        ["orders.id 1:19 +4"],
    ),
    "by way of an alias": (
        "select price as p from orders where true group by p having p > 1",
        ["orders.price 1:8 +5"],
    ),
    "after text that is not ASCII": ("select 'é' as x, qty as y from orders", ["orders.qty 1:18 +3"]),
}


@pytest.mark.parametrize(("sql", "expected"), READS.values(), ids=list(READS))
def test_every_read_has_its_place(sql, expected):
    reads = understood(sql).reads
    assert [f"{r.input}.{r.column} {r.at.line}:{r.at.column} +{r.at.width}" for r in reads] == expected


TYPES = {
    "count(*)": "integer",
    "sum(qty)": "integer",
    "sum(if(qty > 1, 1, 0))": "integer",
    "abs(qty)": "integer",
    "mod(qty, 2)": "integer",
    "coalesce(qty, 0)": "integer",
    "greatest(qty, 1)": "integer",
    "case when qty > 1 then qty else 0 end": "integer",
    "length(id)": "integer",
    "extract(hour from ts)": "integer",
    "timestamp_diff(ts, ts, hour)": "integer",
    "row_number() over (order by ts)": "integer",
    "cast(qty as int64)": "integer",
    "price": "number",
    "qty / 2": "number",
    "avg(qty)": "number",
    "safe_divide(qty, 2)": "number",
    "round(price, 2)": "number",
    "qty > 1": "boolean",
    "id is null": "boolean",
    "logical_or(qty > 1)": "boolean",
    "date(ts)": "date",
    "date_trunc(day, month)": "date",
    "day": "date",
    "timestamp_trunc(ts, hour)": "timestamp",
    "timestamp_sub(@interval_end, interval 24 hour)": "timestamp",
    "max(ts)": "timestamp",
    "concat(id, 'a')": "string",
    "to_hex(sha256(id))": "string",
    "cast(qty as string)": "string",
    "any_value(id)": "string",
    "if(qty > 1, 'a', null)": "string",
    "[qty]": "array",
    "struct(qty as q)": "object",
}


@pytest.mark.parametrize(("expression", "kind"), TYPES.items(), ids=list(TYPES))
def test_types_are_inferred(expression, kind):
    (column,) = understood(f"select {expression} as x from orders").columns
    assert column.type == LogicalType(kind)


@pytest.mark.parametrize("expression", ["raw.a", "raw.a + 1", "coalesce(raw.a, raw.b)", "null"])
def test_what_cannot_be_inferred_is_not_guessed(expression):
    analysis = understood(f"select {expression} as x from raw", "x:date")
    assert analysis.diagnostics == ()


def test_a_whole_number_may_stand_for_a_number_but_not_the_other_way():
    assert understood("select qty as x from orders", "x:number").diagnostics == ()
    (found,) = understood("select price as x from orders", "x:integer").diagnostics
    assert found.message == "`x` is of type number, but the contract says integer"


def test_inputs_are_named_as_the_manifest_names_them():
    analysis = understood("select count(*) as x from web_likes, orders", "x:integer")
    assert analysis.inputs == ("orders", "web-likes")


@pytest.mark.parametrize(("dialect", "sign"), [("bigquery", "@"), ("duckdb", "$")])
def test_the_bounds_of_the_interval_are_the_only_parameters(dialect, sign):
    sql = f"select id as x from orders where ts >= {sign}interval_start and ts < {sign}interval_end"
    analysis = understood(sql, dialect=dialect)
    assert (analysis.parameters, analysis.diagnostics) == (("interval_end", "interval_start"), ())


def test_a_port_without_sql_passes_its_one_input_on():
    product = PRODUCT.__class__(
        ProductAddress("shop", "sales"), PRODUCT.type, "", PRODUCT.schedule, (PRODUCT.inputs[0],), ()
    )
    analysis = analyse(product, table(None, "id price:number"), SCHEMAS)
    assert [(c.name, c.type, c.sources) for c in analysis.columns] == [
        ("id", "string", (("orders", "id"),)),
        ("price", "number", (("orders", "price"),)),
    ]
    assert [(r.input, r.column) for r in analysis.reads] == [("orders", "id"), ("orders", "price")]
    assert analysis.diagnostics == ()


@pytest.mark.parametrize(
    ("contract", "message"),
    [
        ("idd", "input `orders` has no column `idd` to pass on"),
        ("id:date", "`id` comes as string, but the contract says date"),
    ],
)
def test_what_is_passed_on_must_be_there_and_fit(contract, message):
    product = PRODUCT.__class__(PRODUCT.address, PRODUCT.type, "", PRODUCT.schedule, (PRODUCT.inputs[0],), ())
    (found,) = analyse(product, table(None, contract), SCHEMAS).diagnostics
    assert found.message == message


def test_a_virtual_table_reads_nothing():
    virtual = replace(table(None), virtual=VirtualSource("shop_db", "daily"))
    analysis = analyse(PRODUCT, virtual, {})
    assert (analysis.inputs, analysis.reads, analysis.columns, analysis.diagnostics) == ((), (), (), ())


def test_columns_are_spelled_as_they_were_declared():
    schemas = SCHEMAS | {"orders": columns("orderId")}
    analysis = analyse(PRODUCT, table("select orderid as saleid from orders", "saleId"), schemas)
    assert [(c.name, c.sources) for c in analysis.columns] == [("saleId", (("orders", "orderId"),))]
    assert [r.column for r in analysis.reads] == ["orderId"]
