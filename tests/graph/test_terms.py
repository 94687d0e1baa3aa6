"""Terms: who carries them, and who disagrees."""

from dataclasses import replace

import pytest
from tests.graph.meshes import out, product

from meshwright.graph.build import build
from meshwright.graph.terms import carriers
from meshwright.model.contract import Column, LogicalType
from meshwright.model.diagnostic import Diagnostic, Location
from meshwright.model.mesh import Mesh, Term
from meshwright.model.products import Products

NUMBER, STRING = LogicalType.NUMBER, LogicalType.STRING


def offering(name: str, *columns: Column):
    made = product(name)
    (port,) = made.outputs
    placed = tuple(replace(c, at=Location(made.file, n, 5)) for n, c in enumerate(columns, start=7))
    (table,) = port.tables
    contract = replace(table.contract, columns=placed)
    return replace(made, outputs=(replace(port, tables=(replace(table, contract=contract),)),))


def column(
    name: str, kind: LogicalType = NUMBER, classification: str | None = None, term: str | None = "price"
) -> Column:
    return Column(name, kind, classification=classification, term=term)


def found(term: Term, **columns: Column) -> tuple[Diagnostic, ...]:
    """Build a mesh of one product for each column."""
    products = tuple(offering(name, c) for name, c in columns.items())
    return build(Mesh("m", products, glossary=(term,)), {}).diagnostics


PRICE = Term("price", "What it costs.", at=Location("mesh.yaml", 9, 3))
CASES = [
    pytest.param(replace(PRICE, type=NUMBER), {"a": column("x")}, [], id="as it is declared"),
    pytest.param(
        replace(PRICE, type=NUMBER),
        {"a": column("x", STRING)},
        [("MW0302", "d/a", "`x` is of type string, and its term `price` of type number")],
        id="another type than declared",
    ),
    pytest.param(
        PRICE,
        {"a": column("x", STRING), "b": column("y"), "c": column("z")},
        [("MW0302", "d/a", "`x` is of type string, and `d.b:out@1.y`, which carries `price` too, of type number")],
        id="another type than most",
    ),
    pytest.param(
        PRICE,
        {"a": column("x", STRING), "b": column("y")},
        [("MW0302", "d/b", "`y` is of type number, and `d.a:out@1.x`, which carries `price` too, of type string")],
        id="another type than the first of two",
    ),
    pytest.param(
        replace(PRICE, classification="internal"),
        {"a": column("x", classification="Internal"), "b": column("y", classification="public")},
        [("MW0303", "d/b", "`y` is classified `public`, and its term `price` is classified `internal`")],
        id="another class than declared",
    ),
    pytest.param(
        PRICE,
        {"a": column("x", classification="personal"), "b": column("y")},
        [
            (
                "MW0303",
                "d/b",
                "`y` has no classification, and `d.a:out@1.x`, which carries `price` too, is classified `personal`",
            )
        ],
        id="silent beside a class",
    ),
    pytest.param(
        PRICE, {"a": column("x", STRING, term=None), "b": column("y")}, [], id="who does not carry it is free"
    ),
    pytest.param(PRICE, {"a": column("x", term="cost")}, [], id="a term that is not in the glossary is not ours"),
]


@pytest.mark.parametrize(("term", "columns", "expected"), CASES)
def test_a_term_has_one_type_and_one_classification(term, columns, expected):
    told = [
        (d.code, d.at.file.removeprefix("domains/").partition("/product")[0], d.message) for d in found(term, **columns)
    ]
    assert told == expected


def test_the_other_place_is_named():
    (said,) = found(PRICE, a=column("x", STRING), b=column("y"))
    assert (
        said.hint == "agree on one type (domains/d/a/product.yaml:7:5 says the other), and write it into the glossary"
    )
    (said,) = found(replace(PRICE, type=NUMBER), a=column("x", STRING))
    assert said.hint == "write `logicalType: number`, as the glossary does (mesh.yaml:9), or let it carry another term"


def test_carriers_are_known_by_term_also_where_there_are_none():
    mesh = Mesh("m", (offering("a", column("x"), column("y", term=None)),), glossary=(PRICE, Term("unused", "")))
    carried = carriers(mesh.glossary, Products.of(mesh.products))
    assert {name: [c.column for c in columns] for name, columns in carried.items()} == {
        "price": [out("a").table().column("x")],
        "unused": [],
    }
