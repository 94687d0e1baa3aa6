"""Rulings: what the mesh and its domains decide of policies, who is stricter, and what cannot be meant."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshwright.cli.console import diagnostic_text
from meshwright.compiler.compilation import compile_mesh
from meshwright.gate.policies.parameters import Order, Parameter, Pattern, Words, parameters_of
from meshwright.gate.policies.policy import Level
from meshwright.gate.policies.registry import POLICIES
from meshwright.gate.policies.rulings import decided, decision_mistakes, rulings
from meshwright.manifest.shapes.scalars import Unreadable
from meshwright.model.errors import Refused
from meshwright.model.mesh import Domain, Mesh
from meshwright.model.ratio import Ratio

GOLDEN = Path(__file__).parents[2] / "golden" / "diagnostics" / "policies"
CASES = sorted(p for p in GOLDEN.iterdir() if p.is_dir())
MESH = Mesh("tiny", ())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_cannot_be_meant_is_shown_where_it_is_with_a_way_out(case: Path, tmp_path: Path) -> None:
    found = compile_mesh(case / "in", tmp_path).diagnostics
    seen = "\n\n".join(click.unstyle(diagnostic_text(d)) for d in found) + "\n"
    expected = case / "expected.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        expected.write_text(seen)
    assert seen == expected.read_text()


def test_where_nobody_decides_a_policy_is_as_it_was_made() -> None:
    assert {name: r.level for name, r in rulings(MESH).items()} == {n: p.severity for n, p in POLICIES.items()}
    assert all(r.parameters == POLICIES[name].parameters() and not r.decided_by for name, r in rulings(MESH).items())


def test_what_a_decision_does_not_say_is_as_it_stands_above() -> None:
    shop = Domain("shop", policies=(decided("documented", {"share": "90%"}),))
    online = Domain("online", parent="shop", policies=(decided("documented", "error"),))
    mesh = replace(MESH, policies=(decided("documented", {"share": "50%"}),), domains=(online, shop))
    of_mesh, of_shop, of_online = (rulings(mesh, d)["documented"] for d in (None, "shop", "online"))
    assert [str(r.parameters.share) for r in (of_mesh, of_shop, of_online)] == ["50%", "90%", "90%"]
    assert [r.level for r in (of_mesh, of_shop, of_online)] == ["warning", "warning", "error"]
    assert [r.decided_by for r in (of_mesh, of_shop, of_online)] == ["the mesh", "`shop`", "`online`"]


def test_an_error_that_is_announced_is_a_warning_until_its_day() -> None:
    mesh = replace(MESH, policies=(decided("documented", {"severity": "error", "effectiveFrom": "2027-01-01"}),))
    ruling = rulings(mesh)["documented"]
    assert ruling.level_at(datetime(2026, 12, 31, 23, tzinfo=UTC)) is Level.WARNING
    assert ruling.level_at(datetime(2027, 1, 1, tzinfo=UTC)) is Level.ERROR


DOMAINS: list[Any] = [
    pytest.param("warning", "error", "", id="a severer one"),
    pytest.param("ignore", "warning", "", id="what the mesh ignores"),
    pytest.param("error", {"share": "100%"}, "", id="a parameter as it is"),
    pytest.param("error", "ignore", "is an error in the mesh, and cannot be ignored here", id="ignored"),
    pytest.param("warning", "ignore", "is a warning in the mesh, and cannot be ignored here", id="a warning ignored"),
    pytest.param("error", {"share": "80%"}, "is 100% in the mesh, and 80% is laxer", id="a laxer parameter"),
    pytest.param("warning", {"severity": "error", "effectiveFrom": "2030-01-01"}, "", id="an error from a day on"),
    pytest.param(
        "error",
        {"effectiveFrom": "2030-01-01"},
        "is an error already in the mesh, and cannot be one only from 2030",
        id="a later day",
    ),
    pytest.param(
        {"severity": "error", "effectiveFrom": "2030-01-01"}, {"effectiveFrom": "2029-01-01"}, "", id="a day before"
    ),
    pytest.param(
        {"severity": "error", "effectiveFrom": "2030-01-01"},
        {"effectiveFrom": "2031-01-01"},
        "is an error from 2030-01-01 on in the mesh, and cannot be one only from 2031-01-01 on here",
        id="a day after",
    ),
]


@pytest.mark.parametrize(("above", "own", "said"), DOMAINS)
def test_a_domain_only_makes_a_policy_stricter(above: object, own: object, said: str) -> None:
    domain = Domain("shop", policies=(decided("documented", own),))
    mesh = replace(MESH, policies=(decided("documented", above),), domains=(domain,))
    found = [d.message for d in decision_mistakes(mesh)]
    assert len(found) == (1 if said else 0)
    assert all(said in message for message in found)


def parameter(kind: Any, order: Order) -> Parameter:
    return Parameter("it", "it", kind, None, order, "")


STRICTER: list[Any] = [
    pytest.param(Order.HIGHER, Ratio(Decimal("0.9")), Ratio(Decimal("0.8")), id="a higher share that there must be"),
    pytest.param(Order.LOWER, timedelta(1), timedelta(2), id="a shorter time that it may take"),
    pytest.param(Order.FEWER, ("a",), ("a", "b"), id="fewer words that are allowed"),
    pytest.param(Order.MORE, ("a", "b"), ("a",), id="more words that are asked for"),
    pytest.param(Order.FEWER, (), None, id="something asked for instead of nothing"),
]


@pytest.mark.parametrize(("order", "strict", "lax"), STRICTER)
def test_of_two_values_one_is_laxer(order: Order, strict: object, lax: object) -> None:
    known = parameter(Words, order)
    assert not known.is_laxer(strict, lax)
    assert not known.is_laxer(strict, strict)
    assert lax is None or known.is_laxer(lax, strict)


def test_of_two_lists_that_differ_either_is_laxer_and_what_has_no_order_cannot_be_changed() -> None:
    assert parameter(Words, Order.FEWER).is_laxer(("a",), ("b",))
    assert parameter(Pattern, Order.NONE).is_laxer("a", "b")


READ: list[Any] = [
    pytest.param(int, 3, 3, id="a number"),
    pytest.param(Decimal, 2.5, Decimal("2.5"), id="an amount"),
    pytest.param(Ratio, "80%", Ratio(Decimal("0.8")), id="a share"),
    pytest.param(timedelta, "90d", timedelta(90), id="a length"),
    pytest.param(Pattern, "[a-z]+", "[a-z]+", id="a pattern"),
    pytest.param(Words, ["b", "a", "b"], ("a", "b"), id="words, in one order"),
]


@pytest.mark.parametrize(("kind", "plain", "value"), READ)
def test_a_value_is_read_by_its_kind(kind: Any, plain: object, value: object) -> None:
    assert parameter(kind, Order.NONE).read(plain) == value


WRONG: list[Any] = [
    *((int, wrong) for wrong in (-1, True, 2.5, "3")),
    *((Decimal, wrong) for wrong in ("3", float("inf"))),
    *((Ratio, wrong) for wrong in (80, "180%", None)),
    *((timedelta, wrong) for wrong in (90, "90 days")),
    *((Pattern, wrong) for wrong in ("[a", {})),
    *((Words, wrong) for wrong in ("a", [1])),
]


@pytest.mark.parametrize(("kind", "plain"), WRONG)
def test_what_is_no_such_value_is_told(kind: Any, plain: object) -> None:
    with pytest.raises(Unreadable):
        parameter(kind, Order.NONE).read(plain)


plains = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda some: st.lists(some) | st.dictionaries(st.text(), some),
    max_leaves=4,
)
names = st.sampled_from([*POLICIES, "nobody"])
keys = st.sampled_from(["severity", "effectiveFrom", "share", "days", "nothing"])


@settings(deadline=None)  # who is asked for and not built in is looked for among what is installed
@given(names, plains | st.dictionaries(keys, plains), plains | st.dictionaries(keys, plains))
def test_whatever_is_decided_is_taken_or_told(name: str, above: object, own: object) -> None:
    domain = Domain("shop", policies=(decided(name, own),))
    mesh = replace(MESH, policies=(decided(name, above),), domains=(domain,))
    if any(decision_mistakes(mesh)):
        with pytest.raises(Refused):
            rulings(mesh, "shop")
    else:
        before, after = rulings(mesh)[name], rulings(mesh, "shop")[name]
        assert after.level.rank >= before.level.rank
        assert not any(
            p.is_laxer(getattr(after.parameters, p.field), getattr(before.parameters, p.field))
            for p in parameters_of(before.policy)
        )
