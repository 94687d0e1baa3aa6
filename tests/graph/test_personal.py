"""Personal data, traced: the cases, and that following them and looking back agree."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.graph.meshes import address, made, out, product

from meshwright.graph.build import build
from meshwright.graph.graph import MeshGraph
from meshwright.graph.personal import PersonalFlow, personal_flows
from meshwright.graph.personal_path import Says, personal_path
from meshwright.model.address import AnyColumn, ColumnAddress, SourceColumn, TableAddress
from meshwright.model.analysis import Analysis
from meshwright.model.contract import Column, LogicalType
from meshwright.model.mask import Mask, Pseudonym, Redact, TruncateText
from meshwright.model.mesh import Mesh
from meshwright.model.product import DatabaseSource, DataProduct, InputPort, OutputPort, OutputTable

CHAIN = ("raw", "clean < raw", "daily < clean", "report < daily")
FLOW = {
    out("clean").table(): made(x="raw.x"),
    out("daily").table(): made(x="clean.x"),
    out("report").table(): made(x="daily.x", y="daily.y"),
}


def column(text: str) -> ColumnAddress:
    name, _, wanted = text.partition(".")
    return out(name).table().column(wanted)


def classified(product: DataProduct, classes: dict[str, str]) -> DataProduct:
    (port,) = product.outputs
    (table,) = port.tables
    columns = tuple(
        replace(c, classification=classes.get(f"{product.address.product}.{c.name}")) for c in table.contract.columns
    )
    classified = replace(table, contract=replace(table.contract, columns=columns))
    return replace(product, outputs=(replace(port, tables=(classified,)),))


def mesh(
    *lines: str, analyses: Mapping[TableAddress, Analysis] = FLOW, source: str | None = None, **classes: str
) -> MeshGraph:
    """A mesh whose columns have classes: `raw_x="personal"`; `source` is the class of a source's column `x` of raw."""
    words = [line.replace("<", " ").split() for line in lines]
    named = {name.replace("_", "."): value for name, value in classes.items()}
    products = [classified(product(name, *reads), named) for name, *reads in words]
    if source is not None:
        declared = (Column("x", LogicalType.STRING, classification=source),)
        taken = InputPort("feed", source=DatabaseSource("db", "t"), columns=declared)
        products[0] = replace(products[0], inputs=(taken,))
    return build(Mesh("m", tuple(products)), analyses)


def short(place: AnyColumn) -> str:
    return str(place).removeprefix("d.").replace(":out@1", "")


def seen(flow: PersonalFlow) -> dict[str, str]:
    return {short(a.column): a.says.value for a in flow.arrivals}


def masked(graph: MeshGraph, place: str, mask: Mask) -> MeshGraph:
    """The mesh with a mask on one column."""
    wanted = column(place)

    def table(address: TableAddress, made: OutputTable) -> OutputTable:
        columns = (replace(c, mask=mask) if address.column(c.name) == wanted else c for c in made.contract.columns)
        return replace(made, contract=replace(made.contract, columns=tuple(columns)))

    def port(product: DataProduct, made: OutputPort) -> OutputPort:
        address = product.port_address(made)
        return replace(made, tables=tuple(table(address.table(name), t) for name, t in made.named))

    products = tuple(replace(p, outputs=tuple(port(p, o) for o in p.outputs)) for p in graph.mesh.products)
    return build(replace(graph.mesh, products=products), graph.analyses)


def test_nothing_flows_beyond_what_is_redacted() -> None:
    (flow,) = personal_flows(masked(mesh(*CHAIN, raw_x="personal"), "clean.x", Redact()))
    assert seen(flow) == {"clean.x": "redacted"}
    assert flow.leaks == ()
    assert personal_flows(masked(mesh(*CHAIN, raw_x="personal"), "raw.x", Redact())) == ()


@pytest.mark.parametrize("mask", [Pseudonym("x"), TruncateText(3)])
def test_a_mask_that_leaves_something_leaves_personal_data(mask: Mask) -> None:
    graph = masked(mesh(*CHAIN, raw_x="personal", clean_x="personal"), "clean.x", mask)
    (flow,) = personal_flows(graph)
    assert seen(flow) == {"clean.x": "personal", "daily.x": "nothing", "report.x": "nothing"}
    assert flow.arrivals[0].mask == mask


def test_data_flow_on_through_what_says_so_and_through_silence() -> None:
    (flow,) = personal_flows(mesh(*CHAIN, raw_x="personal", daily_x="PII"))
    assert short(flow.origin) == "raw.x"
    assert seen(flow) == {"clean.x": "nothing", "daily.x": "personal", "report.x": "nothing"}
    assert [short(a.column) for a in flow.leaks] == ["clean.x", "report.x"]
    assert [short(p) for p in flow.arrivals[-1].path] == ["raw.x", "clean.x", "daily.x", "report.x"]


def test_they_end_where_a_team_says_that_nobody_can_be_known_by_it() -> None:
    (flow,) = personal_flows(mesh(*CHAIN, raw_x="personal", clean_x="public"))
    assert seen(flow) == {"clean.x": "otherwise"}
    assert flow.leaks == ()


def test_they_come_in_by_a_declared_column_of_a_source() -> None:
    analyses = {**FLOW, out("raw").table(): made(x="feed.x", y="feed.z")}
    (flow,) = personal_flows(mesh(*CHAIN, analyses=analyses, source="sensitive", raw_x="personal"))
    assert flow.origin == SourceColumn(address("raw"), "feed", "x")
    assert list(seen(flow)) == ["raw.x", "clean.x", "daily.x", "report.x"]
    assert [short(p) for p in flow.arrivals[0].path] == ["raw ← feed.x", "raw.x"]


def test_an_aggregate_without_values_carries_none() -> None:
    analyses = {**FLOW, out("clean").table(): made(x="raw.y")}
    assert seen(personal_flows(mesh(*CHAIN, analyses=analyses, raw_x="personal"))[0]) == {}


def test_what_only_decides_rows_is_listed_and_not_followed() -> None:
    analyses = {**FLOW, out("clean").table(): made(x="raw.y", where="raw.x")}
    (flow,) = personal_flows(mesh(*CHAIN, analyses=analyses, raw_x="personal"))
    (use,) = flow.rows
    assert (seen(flow), use.table, short(use.of), use.at.file) == ({}, out("clean").table(), "raw.x", "out.sql")


def test_rows_that_a_source_decides_are_listed_too() -> None:
    analyses = {out("raw").table(): made(x="feed.z", where="feed.x")}
    (flow,) = personal_flows(mesh("raw", analyses=analyses, source="personal"))
    assert [short(use.of) for use in flow.rows] == ["raw ← feed.x"]


def test_a_cycle_is_walked_once() -> None:
    analyses = {out("a").table(): made(x="b.x"), out("b").table(): made(x="a.x")}
    (other, flow) = personal_flows(mesh("a < b", "b < a", "c", analyses=analyses, a_x="personal", c_x="personal"))
    assert (seen(flow), seen(other)) == ({"b.x": "nothing"}, {})


DIAMOND = ("raw", "left < raw", "right < raw", "end < left right")
BOTH = {
    out("left").table(): made(x="raw.x"),
    out("right").table(): made(x="raw.x"),
    out("end").table(): made(x="left.x", y="right.x"),
}


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        pytest.param("left.x", ["left.x", "end.x"], id="what leads there and on from there"),
        pytest.param("end.y", ["right.x", "end.y"], id="only the way to it"),
        pytest.param("raw.x", ["left.x", "right.x", "end.x", "end.y"], id="all that comes of the origin"),
        pytest.param("raw.y", None, id="nothing"),
    ],
)
def test_a_part_of_a_flow_is_what_goes_through_a_place(wanted: str, kept: list[str] | None) -> None:
    (flow,) = personal_flows(mesh(*DIAMOND, analyses=BOTH, raw_x="personal"))
    part = flow.through(lambda place: place == column(wanted))
    assert (None if part is None else list(seen(part))) == kept


CLASSES = st.sampled_from([None, "personal", "public"])
PAIRS = [f"{p}.{c}" for p in ("raw", "left", "right", "end") for c in "xy"]
MADE = st.lists(st.sampled_from(["left.x", "left.y", "right.x", "right.y"]), max_size=3).map(" ".join)


@given(st.tuples(*[CLASSES] * len(PAIRS)), MADE, MADE)
def test_looking_back_from_a_column_and_following_to_it_agree(classes: tuple[str | None, ...], x: str, y: str) -> None:
    known = {pair.replace(".", "_"): c for pair, c in zip(PAIRS, classes, strict=True) if c}
    analyses = {**BOTH, out("left").table(): made(x="raw.x", y="raw.y"), out("end").table(): made(x=x, y=y)}
    graph = mesh(*DIAMOND, analyses=analyses, **known)
    flows = personal_flows(graph)
    reached = {a.column: a for flow in flows for a in flow.arrivals}
    assert set(reached) == {column(pair) for pair in PAIRS if personal_path(graph, column(pair))}
    personal = {column(pair) for pair, kind in zip(PAIRS, classes, strict=True) if kind == "personal"}
    assert personal == {f.origin for f in flows} | {c for c, a in reached.items() if a.says is Says.PERSONAL}
    assert all((a.path[0], a.path[-1]) == (f.origin, a.column) for f in flows for a in f.arrivals)
