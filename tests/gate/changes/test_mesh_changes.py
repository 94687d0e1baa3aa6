"""What belongs to no product: each change of it is said, and somebody is asked."""

from dataclasses import replace
from typing import Any

import pytest
from tests.gate.meshes import MESH, NOW, SALES, linked

from meshwright.gate.changes.compare import compare
from meshwright.gate.changes.describe import describe, sign
from meshwright.gate.plan import plan
from meshwright.gate.policies.rulings import decided
from meshwright.model.contract import LogicalType
from meshwright.model.mesh import Community, Domain, Kpi, Organisation, Pool, Term
from meshwright.model.product import ProductType


def test_products_people_and_domains_that_come_and_go_are_changes_of_the_mesh() -> None:
    fewer = linked(replace(MESH, products=(SALES,), people=MESH.people[:-1], domains=MESH.domains[:1]))
    gone = [(sign(c), describe(c)) for c in compare(linked(MESH), fewer)]
    assert gone == [
        ("−", "domain `marketplace` leaves the mesh"),
        ("~", "people changed: tomas"),
        ("−", "product removed: ranking@1"),
    ]
    come = [(sign(c), describe(c)) for c in compare(fewer, linked(MESH))]
    assert come == [
        ("+", "domain `marketplace` joins the mesh"),
        ("~", "people changed: tomas"),
        ("+", "new product: ranking@1"),
    ]


MARGIN = Term("margin", "What is left.", LogicalType.NUMBER, None, "EUR", Kpi("price - cost", "dora", "30"))
MARKET = Domain("marketplace", steward="sam")
CREATORS = Domain("creators", steward="iris")

OF_THE_MESH: list[Any] = [
    pytest.param({"description": "Art"}, {}, ["~ description changed: artgo"], id="what the mesh is"),
    pytest.param({"organisation": Organisation("Artgo")}, {}, ["~ organisation changed: Artgo"], id="the organisation"),
    pytest.param({"currency": "USD"}, {"currency": "EUR"}, ["~ currency changed: EUR, USD"], id="the currency"),
    pytest.param(
        {"communities": (Community("prices", lead="sam"),)},
        {"communities": (Community("prices", lead="iris"), Community("rights"))},
        ["~ communities changed: prices, rights"],
        id="communities",
    ),
    pytest.param(
        {"pools": (Pool("warehouse", 8), Pool("desk", 2))},
        {"pools": (Pool("warehouse", 4), Pool("desk", 2))},
        ["~ pools changed: warehouse"],
        id="slots of a pool",
    ),
    pytest.param({"glossary": (MARGIN,)}, {}, ["+ term `margin` joins the glossary"], id="a new term"),
    pytest.param({}, {"glossary": (MARGIN,)}, ["− term `margin` leaves the glossary"], id="a term goes"),
    pytest.param(
        {"glossary": (replace(MARGIN, type=LogicalType.INTEGER, unit="", classification="internal"),)},
        {"glossary": (MARGIN,)},
        [
            "~ type of the term `margin`: number → integer",
            "~ unit of the term `margin`: EUR → none",
            "~ classification of the term `margin`: none → internal",
        ],
        id="a term means something else",
    ),
    pytest.param(
        {"glossary": (replace(MARGIN, kpi=Kpi("price - cost - fees", "iris", "20")),)},
        {"glossary": (MARGIN,)},
        [
            "~ KPI formula of the term `margin`: price - cost → price - cost - fees",
            "~ KPI owner of the term `margin`: dora → iris",
            "~ KPI target of the term `margin`: 30 → 20",
        ],
        id="a KPI is defined otherwise",
    ),
    pytest.param(
        {"policies": (decided("documented", {"severity": "error", "share": "80%"}),)},
        {"policies": (decided("documented", "error"), decided("owned", "warning"))},
        ["~ policy `documented`: error → error, share 80%", "~ policy `owned`: warning → none"],
        id="the council decides otherwise",
    ),
    pytest.param(
        {"domains": (CREATORS, replace(MARKET, policies=(decided("feasible", "error"),)))},
        {},
        ["~ policy `feasible`: none → error, in the domain `marketplace`"],
        id="a domain is stricter",
    ),
    pytest.param(
        {"domains": (CREATORS, replace(MARKET, type=ProductType.AGGREGATE, parent="creators", steward="iris"))},
        {},
        [
            "~ steward of the domain `marketplace`: sam → iris",
            "~ type of the domain `marketplace`: none → aggregate",
            "~ parent of the domain `marketplace`: none → creators",
        ],
        id="a domain is another",
    ),
]


@pytest.mark.parametrize(("after", "before", "said"), OF_THE_MESH)
def test_what_belongs_to_no_product_changes_in_sight(
    after: dict[str, Any], before: dict[str, Any], said: list[str]
) -> None:
    made = plan(linked(replace(MESH, **before)), linked(replace(MESH, **after)), NOW)
    assert [f"{sign(e.change)} {describe(e.change)}" for e in made.effects] == said
    assert "platform team" in {n.role for n in made.needs}


def test_who_answers_for_a_kpi_is_asked_before_it_is_another() -> None:
    current = linked(replace(MESH, glossary=(MARGIN,)))
    other = replace(MARGIN, kpi=Kpi("price", "iris"))
    made = plan(current, linked(replace(MESH, glossary=(other,))), NOW)
    assert ("owner of the KPI `margin`", ("dora",)) in {(n.role, n.people) for n in made.needs}
