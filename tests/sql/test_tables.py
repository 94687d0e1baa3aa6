"""An input with several tables: read as `input.table`, told apart in reads and lineage, one name each for an engine."""

from dataclasses import replace

import duckdb
import pytest
from tests.sql.samples import PRODUCT, SCHEMAS, columns, table, understood

from meshwright.model.product import InputPort, Transform
from meshwright.sql.analyse import analyse
from meshwright.sql.bind import bind

BOTH = "select lines.id as x, o.total as amount from bought.orders as o join bought.lines on o.id = lines.id"


@pytest.mark.parametrize("dialect", ["bigquery", "duckdb"])
@pytest.mark.parametrize(
    ("sql", "sources"),
    [
        pytest.param("select id as x from bought.lines", {"x": [("bought.lines", "id")]}, id="alone"),
        pytest.param("select bought.lines.id as x from bought.lines", {"x": [("bought.lines", "id")]}, id="in full"),
        pytest.param(
            "select * from (select l.id as x from bought.lines l)", {"x": [("bought.lines", "id")]}, id="star"
        ),
        pytest.param(BOTH, {"x": [("bought.lines", "id")], "amount": [("bought.orders", "total")]}, id="both"),
        pytest.param(
            "select id as x from bought.orders union all select id from bought.lines",
            {"x": [("bought.lines", "id"), ("bought.orders", "id")]},
            id="one after the other",
        ),
        pytest.param(
            "with bought as (select id from orders) select b.id as x from bought as b join bought.lines using (id)",
            {"x": [("orders", "id")]},
            id="beside a CTE that is called like the input",
        ),
        pytest.param("select id as x from Bought.Lines", {"x": [("bought.lines", "id")]}, id="in another case"),
    ],
)
def test_tables_of_one_input_are_told_apart(dialect, sql, sources):
    analysis = understood(sql, "x amount:number" if "amount" in sources else "x", dialect)
    assert analysis.diagnostics == ()
    assert {c.name: list(c.sources) for c in analysis.columns} == sources


def test_reads_and_inputs_name_the_table():
    analysis = understood(BOTH, "x amount:number")
    assert analysis.inputs == ("bought.lines", "bought.orders")
    assert {(r.input, r.column) for r in analysis.reads} == {
        ("bought.lines", "id"),
        ("bought.orders", "id"),
        ("bought.orders", "total"),
    }


def test_of_an_input_that_nobody_knows_any_table_may_be_read():
    product = replace(PRODUCT, inputs=(InputPort("web-orders"),))
    sql = "select l.id as x from web_orders.Lines as l where l.any = 1"
    analysis = analyse(product, table(sql), {})
    assert (analysis.diagnostics, analysis.inputs) == ((), ("web-orders.Lines",))


@pytest.mark.parametrize("dialect", ["bigquery", "duckdb"])
@pytest.mark.parametrize(
    ("sql", "rows", "reads"),
    [
        (BOTH, [("a", 3.0)], ("bought.lines", "bought.orders")),
        ("select bought.lines.id from bought.lines", [("a",)], ("bought.lines",)),
        ("select count(*) from bought.lines, bought.orders as o where lines.id = o.id", [(1,)], None),
        ("select (select sum(l.price) from bought.lines l where l.id = orders.id) from bought.orders", [(2.0,)], None),
    ],
)
def test_an_engine_reads_each_table_under_one_name(dialect, sql, rows, reads):
    query = bind(Transform(sql, dialect, "daily.sql"), "duckdb")
    assert query.reads == (reads or ("bought.lines", "bought.orders"))
    with duckdb.connect() as session:
        session.execute("create table \"bought__orders\" as select 'a' as id, 3.0::double as total")
        session.execute("create table \"bought__lines\" as select 'a' as id, 2.0::double as price")
        assert session.execute(query.sql).fetchall() == rows


@pytest.mark.parametrize(
    ("schemas", "inputs", "problem"),
    [
        pytest.param(
            {"bought.daily": columns("x"), "bought.other": columns("y")}, ("bought.daily",), None, id="by name"
        ),
        pytest.param(
            {"bought.daly": columns("x"), "bought.other": columns("y")},
            (),
            "`daily` has no SQL, and the input `bought` has no table of that name to pass on",
            id="no table of that name",
        ),
        pytest.param({"bought": columns("x")}, ("bought",), None, id="an only table, whatever its name"),
    ],
)
def test_a_table_without_sql_passes_on_the_one_of_its_name(schemas, inputs, problem):
    product = replace(PRODUCT, inputs=(InputPort("bought"),))
    analysis = analyse(product, table(None), schemas)
    assert analysis.inputs == inputs
    assert [d.message for d in analysis.diagnostics] == ([problem] if problem else [])
    assert [c.sources for c in analysis.columns] == [((i, "x"),) for i in inputs]


def test_what_is_passed_on_of_a_table_must_fit():
    product = replace(PRODUCT, inputs=(InputPort("bought"),))
    (found,) = analyse(product, table(None, "id:date"), {**SCHEMAS, "bought.daily": columns("id")}).diagnostics
    assert found.message == "`id` comes as string, but the contract says date"
