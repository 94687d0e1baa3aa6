"""Orphans: what nobody uses, and what only looks like it."""

from dataclasses import replace

import pytest
from tests.graph.meshes import made, out, product

from meshwright.graph.build import build
from meshwright.graph.orphans import orphans
from meshwright.model.analysis import Analysis, ColumnRead
from meshwright.model.diagnostic import Diagnostic, Location, Severity
from meshwright.model.mesh import Mesh, Term
from meshwright.model.product import DataProduct, ProductType, VirtualSource

PEOPLE = ProductType.CONSUMER_ALIGNED
READS = {out("report").table(): made(x="raw.x raw.y")}


def for_people(name: str, *reads: str) -> DataProduct:
    return replace(product(name, *reads), type=PEOPLE)


def found(*products: DataProduct, analyses: dict[object, Analysis] | None = None, terms: tuple[Term, ...] = ()):
    graph = build(Mesh("m", products, glossary=terms), READS if analyses is None else analyses)
    return [(o.subject.name if isinstance(o.subject, Term) else str(o.subject), o.reason) for o in orphans(graph)]


def also(made_by: DataProduct, **more: object) -> DataProduct:
    """Give a product a second output port."""
    return replace(made_by, outputs=(*made_by.outputs, replace(made_by.outputs[0], **more)))


def virtual(made_by: DataProduct) -> DataProduct:
    """Give a product a second output port, which its own store serves."""
    (table,) = made_by.outputs[0].tables
    return also(made_by, name="served", tables=(replace(table, virtual=VirtualSource("db", "t")),))


def test_what_is_read_to_its_last_column_is_no_orphan_nor_what_is_for_people():
    assert found(product("raw"), for_people("report", "raw")) == []


def test_a_product_that_nobody_reads_is_one_as_a_whole():
    assert found(product("raw"), product("other"), for_people("report", "raw")) == [("d.other", "no product reads it")]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param(
            also(product("raw"), name="more"),
            [("d.raw:more@1", "no product reads it, only other ports of the product")],
            id="a port",
        ),
        pytest.param(
            replace(
                product("raw"), outputs=(replace(product("raw").outputs[0], version="0.9.0"), *product("raw").outputs)
            ),
            [("d.raw:out@0", "all have moved to `out@1`")],
            id="an older major",
        ),
    ],
)
def test_a_port_that_nobody_reads_is_one(raw, expected):
    assert found(raw, for_people("report", "raw")) == expected


def test_a_column_that_no_consumer_reads_is_one():
    analyses = {out("report").table(): made(x="raw.x")}
    assert found(product("raw"), for_people("report", "raw"), analyses=analyses) == [
        ("d.raw:out@1.y", "its only consumer does not read it")
    ]
    analyses |= {out("second").table(): made(x="raw.x")}
    two = (for_people("report", "raw"), for_people("second", "raw"))
    assert found(product("raw"), *two, analyses=analyses) == [("d.raw:out@1.y", "none of its 2 consumers reads it")]


def test_a_key_tells_rows_apart_although_nobody_reads_it():
    raw = product("raw")
    (port,) = raw.outputs
    (table,) = port.tables
    columns = tuple(replace(c, primary_key=c.name == "y") for c in table.contract.columns)
    contract = replace(table.contract, columns=columns)
    keyed = replace(raw, outputs=(replace(port, tables=(replace(table, contract=contract),)),))
    assert found(keyed, for_people("report", "raw"), analyses={out("report").table(): made(x="raw.x")}) == []


BROKEN = Analysis(("raw",), (), (), (), (Diagnostic(Location("x"), "MW0201", Severity.ERROR, "no SQL"),))


@pytest.mark.parametrize(
    ("report", "analyses"),
    [
        pytest.param(for_people("report", "raw"), {}, id="not analysed"),
        pytest.param(for_people("report", "raw"), {out("report").table(): BROKEN}, id="with errors"),
        pytest.param(
            virtual(for_people("report", "raw")),
            {out("report").table(): made(x="raw.x"), for_people("report").address.port("served", 1).table(): made()},
            id="virtual",
        ),
    ],
)
def test_a_consumer_who_is_not_understood_may_read_anything(report, analyses):
    assert found(product("raw"), report, analyses=analyses) == []


def test_a_term_that_no_column_carries_is_one():
    assert found(terms=(Term("price", "What it costs."),)) == [("price", "no column carries it")]


def test_a_table_that_no_consumer_reads_is_one_as_a_whole():
    raw = product("raw")
    (port,) = raw.outputs
    (table,) = port.tables
    tables = tuple(replace(table, contract=replace(table.contract, table=name)) for name in ("lines", "orders"))
    several = replace(raw, outputs=(replace(port, tables=tables),))
    reads = (ColumnRead("raw.lines", "x", Location("r.sql")),)
    analyses = {out("report").table(): Analysis(("raw.lines",), reads, ())}
    who = "its only consumer does not read it"
    assert found(several, for_people("report", "raw"), analyses=analyses) == [
        ("d.raw:out@1.lines.y", who),
        ("d.raw:out@1.orders", who),
    ]
