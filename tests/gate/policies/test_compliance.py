"""Compliance: what of all that policies find stops a proposal, and what is only said."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.gate.meshes import MESH, NOW, SALES, SALES_ADDRESS, edit_column, edit_product, linked, with_products

from meshwright.gate.judge import Refused, judge
from meshwright.gate.plan import plan
from meshwright.gate.policies.compliance import policy_findings
from meshwright.gate.policies.rulings import decided
from meshwright.model.diagnostic import Diagnostic, errors
from meshwright.model.mesh import Domain, Mesh
from meshwright.model.product import DataProduct

STRICT = (decided("documented", "error"),)
SILENT = edit_column("note", description="")(SALES)
MORE_SILENT = edit_column("artist", description="")(SILENT)
OTHERWISE = edit_product(description="Sales that are done")


def mesh(product: DataProduct, **more: Any) -> Mesh:
    return replace(with_products(product), **more)


def found(before: Mesh, after: Mesh, now: datetime = NOW) -> list[Diagnostic]:
    return sorted(policy_findings(linked(before), linked(after), [SALES_ADDRESS], now))


def test_what_is_wrong_already_does_not_stop_another_change() -> None:
    (finding,) = found(mesh(SILENT, policies=STRICT), mesh(OTHERWISE(SILENT), policies=STRICT))
    assert finding.severity == "warning"
    assert finding.message.endswith("in `note` (it is so in what runs already, and does not stop this change)")


def test_what_gets_worse_is_stopped_and_what_gets_better_is_not() -> None:
    worse = found(mesh(SILENT, policies=STRICT), mesh(MORE_SILENT, policies=STRICT))
    better = found(mesh(MORE_SILENT, policies=STRICT), mesh(SILENT, policies=STRICT))
    assert [d.severity for d in (*worse, *better)] == ["error", "warning"]


def test_a_policy_that_becomes_stricter_does_not_stop_what_else_its_proposal_changes() -> None:
    made = plan(linked(mesh(SILENT)), linked(mesh(OTHERWISE(SILENT), policies=STRICT)), NOW)
    assert errors(made.findings) == ()
    assert plan(linked(mesh(SALES)), linked(mesh(SILENT, policies=STRICT)), NOW).findings[0].severity == "error"


def test_an_announced_error_says_from_when_it_stops() -> None:
    announced = (decided("documented", {"severity": "error", "effectiveFrom": "2026-07-01"}),)
    before, after = mesh(SALES, policies=announced), mesh(SILENT, policies=announced)
    (finding,) = found(before, after)
    assert finding.severity == "warning"
    assert finding.message.endswith("in `note` (an error from 2026-07-01 on)")
    assert [d.severity for d in found(before, after, datetime(2026, 7, 1, tzinfo=UTC))] == ["error"]


HALF = (decided("documented", {"severity": "error", "share": "50%"}),)
LATER = (decided("documented", {"severity": "error", "effectiveFrom": "2099-01-01"}),)
WEAKER: list[Any] = [
    pytest.param({"policies": (decided("documented", "ignore"),)}, id="ignored"),
    pytest.param({"policies": ()}, id="left out"),
    pytest.param({"policies": HALF}, id="a laxer parameter"),
    pytest.param({"policies": LATER}, id="from a later day on"),
]


@pytest.mark.parametrize("weaker", WEAKER)
def test_a_proposal_that_weakens_the_policy_is_judged_by_what_runs(weaker: dict[str, Any]) -> None:
    made = plan(linked(mesh(SALES, policies=STRICT)), linked(mesh(SILENT, **weaker)), NOW)
    assert isinstance(judge(made, ()), Refused)
    assert "platform team" in {need.role for need in made.needs}
    alone = plan(linked(mesh(SALES, policies=STRICT)), linked(mesh(SALES, **weaker)), NOW)
    assert [need.role for need in alone.needs] == ["platform team"]


def test_what_both_rulings_find_is_said_once() -> None:
    stricter = found(mesh(SALES, policies=HALF), mesh(SILENT, policies=STRICT))
    same = found(mesh(SALES, policies=STRICT), mesh(MORE_SILENT, policies=(*STRICT, decided("owned", "warning"))))
    assert [len(stricter), len(same)] == [1, 1]


def test_what_is_ignored_is_not_said() -> None:
    ignored = (decided("documented", "ignore"),)
    assert found(mesh(SALES, policies=ignored), mesh(SILENT, policies=ignored)) == []


LEVELS = ("ignore", "warning", "error")
decisions = st.tuples(st.sampled_from(LEVELS), st.integers(0, 100))


def taken(decision: tuple[str, int]) -> object:
    return {"severity": decision[0], "share": f"{decision[1]}%"}


@settings(deadline=None)  # the mesh is linked anew each time
@given(decisions, decisions, st.sets(st.sampled_from(["note", "artist", "price", "currency"])))
def test_a_stricter_policy_finds_all_that_a_laxer_one_finds_and_stops_all_that_it_stops(
    one: tuple[str, int], other: tuple[str, int], silent: set[str]
) -> None:
    product = SALES
    for name in sorted(silent):
        product = edit_column(name, description="")(product)
    lax = (min(one[0], other[0], key=LEVELS.index), min(one[1], other[1]))
    strict = (max(one[0], other[0], key=LEVELS.index), max(one[1], other[1]))
    of_mesh = (decided("documented", taken(lax)),)
    of_domain = (Domain("creators"), Domain("marketplace", policies=(decided("documented", taken(strict)),)))
    few, many = (
        found(mesh(SALES, policies=of_mesh, domains=d), mesh(product, policies=of_mesh, domains=d))
        for d in (MESH.domains, of_domain)
    )
    assert {d.at for d in few} <= {d.at for d in many}
    assert {d.at for d in errors(few)} <= {d.at for d in errors(many)}
