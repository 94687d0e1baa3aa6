import gc
from dataclasses import replace
from weakref import ref

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.graph.meshes import address, linked, made, names, out, product

from meshwright.graph.build import build
from meshwright.graph.personal_path import personal_path
from meshwright.model.address import ColumnAddress
from meshwright.model.analysis import Analysis, ColumnRead, OutputColumn
from meshwright.model.contract import Column, Contract, LogicalType
from meshwright.model.diagnostic import Location
from meshwright.model.mesh import Mesh
from meshwright.model.product import OutputTable, PublishMode

CHAIN = ("raw", "clean < raw", "daily < clean lookup?", "lookup", "report < daily")


def column(text: str) -> ColumnAddress:
    name, _, wanted = text.partition(".")
    return out(name).table().column(wanted)


def texts(columns: tuple[ColumnAddress, ...]) -> list[str]:
    return [f"{c.port.product.product}.{c.name}" for c in columns]


def test_neighbours_and_what_lies_beyond():
    graph = linked(*CHAIN)
    daily = address("daily")
    assert names(graph.inputs(daily)) == ["lookup", "clean"]
    assert names(graph.consumers(daily)) == ["report"]
    assert names(graph.upstream(daily)) == ["lookup", "raw", "clean"]
    assert names(graph.upstream(address("raw"))) == []


def test_an_address_that_is_not_there_has_no_neighbours():
    graph = linked(*CHAIN)
    gone = address("gone")
    assert (graph.inputs(gone), graph.consumers(gone), graph.upstream(gone)) == ((),) * 3
    assert graph.output(out("gone")) is None
    assert graph.sources(column("gone.x")) == ()


COLUMNS = {
    out("clean").table(): made(x="raw.x", y="raw.x raw.y"),
    out("daily").table(): made(x="clean.y lookup.x", where="clean.x"),
    out("report").table(): made(x="daily.x"),
}


def test_columns_know_those_that_they_are_made_of_and_those_made_of_them():
    graph = linked(*CHAIN, analyses=COLUMNS)
    assert texts(graph.sources(column("daily.x"))) == ["clean.y", "lookup.x"]
    assert texts(graph.targets(column("raw.x"))) == ["clean.x", "clean.y"]


def test_readers_are_places_in_other_peoples_sql():
    graph = linked(*CHAIN, analyses=COLUMNS)
    (into_column,) = graph.readers(column("clean.y"))
    (only_filters,) = graph.readers(column("clean.x"))
    assert (into_column.product, into_column.table, str(into_column.at)) == (
        address("daily"),
        out("daily").table(),
        "out.sql:1:1",
    )
    assert into_column.column == "x"
    assert (str(only_filters.at), only_filters.column) == ("out.sql:3:1", None)
    assert graph.readers(column("report.x")) == ()


def test_the_impact_of_a_column_counts_those_who_only_filter_by_it():
    graph = linked(*CHAIN, analyses=COLUMNS)
    assert names(graph.impact(column("raw.x"))) == ["clean", "daily", "report"]
    assert names(graph.impact(column("clean.x"))) == ["daily"]


def test_ports_are_linked_where_their_sql_reads():
    graph = linked(*CHAIN, analyses=COLUMNS)
    assert graph.port_sources(out("daily")) == (out("clean"), out("lookup"))
    assert graph.port_targets(out("clean")) == (out("daily"),)
    assert graph.consumers_of_port(out("clean")) == (address("daily"),)


FLOWS = st.lists(
    st.tuples(st.sampled_from("bcd"), st.sampled_from("xy"), st.sampled_from("abc"), st.sampled_from("xy"))
)


@settings(deadline=None)
@given(FLOWS)
def test_columns_up_is_the_inverse_of_columns_down(flows):
    kept = [f for f in flows if f[0] > f[2]]
    reads = {p: sorted({s for q, _, s, _ in kept if q == p}) for p in "abcd"}
    analyses = {
        out(p).table(): made(**{c: " ".join(f"{s}.{t}" for q, d, s, t in kept if (q, d) == (p, c)) for c in "xy"})
        for p in "abcd"
    }
    graph = linked(*(f"{p} < {' '.join(inputs)}" for p, inputs in reads.items()), analyses=analyses)
    every = [out(p).table().column(c) for p in "abcd" for c in "xy"]
    up = {(c, s) for c in every for s in graph.sources(c)}
    down = {(t, c) for c in every for t in graph.targets(c)}
    assert up == down


def two_tables():
    """Orders, whose port has two tables, and two readers: of both, and of one."""
    orders, both, one = product("orders"), product("both", "orders"), product("one", "orders")
    tables = tuple(
        OutputTable(Contract(name, (Column("x", LogicalType.INTEGER),)), PublishMode.REPLACE) for name in "ab"
    )
    (port,) = orders.outputs
    analyses = {
        out("both").table(): Analysis(
            ("orders.a", "orders.b"),
            (ColumnRead("orders.a", "x", Location("f", 1)), ColumnRead("orders.b", "x", Location("f", 2))),
            (OutputColumn("x", None, (("orders.a", "x"), ("orders.b", "x"))),),
        ),
        out("one").table(): Analysis(
            ("orders.a",),
            (ColumnRead("orders.a", "x", Location("g", 1)),),
            (OutputColumn("x", None, (("orders.a", "x"),)),),
        ),
    }
    return build(Mesh("m", (replace(orders, outputs=(replace(port, tables=tables),)), both, one)), analyses)


def test_tables_of_one_port_are_followed_one_by_one():
    graph, (a, b) = two_tables(), (out("orders").table(name) for name in "ab")
    assert graph.table_targets(a) == (out("both").table(), out("one").table())
    assert graph.table_targets(b) == (out("both").table(),)
    assert graph.table_sources(out("both").table()) == (a, b)
    assert graph.port_targets(out("orders")) == (out("both"), out("one"))
    assert graph.port_sources(out("both")) == (out("orders"),)


def test_columns_of_equal_names_in_two_tables_are_two():
    graph, (a, b) = two_tables(), (out("orders").table(name).column("x") for name in "ab")
    assert [str(r.at) for r in graph.readers(b)] == ["f:2:1"]
    assert names(graph.impact(a)) == ["both", "one"]
    assert names(graph.impact(b)) == ["both"]
    assert graph.targets(b) == (out("both").table().column("x"),)
    assert graph.sources(out("both").table().column("x")) == (a, b)
    assert (graph.table(out("orders").table("c")), graph.table(out("gone").table())) == (None, None)


def test_a_graph_goes_with_the_last_who_holds_it_whatever_was_asked_of_it():
    graph = linked(*CHAIN)
    assert graph.impact(column("raw.id")) == ()
    assert personal_path(graph, column("daily.id")) == ()
    gone = ref(graph)
    gc.disable()
    try:
        del graph
        assert gone() is None
    finally:
        gc.enable()
