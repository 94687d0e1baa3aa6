"""Waivers: which count, from when until when, who is asked for them, and which cannot be meant."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from tests.gate.meshes import NOW, SALES, SALES_ADDRESS, edit_column, edit_product, linked, with_products

from meshwright.gate.changes.compare import compare
from meshwright.gate.changes.describe import describe, sign
from meshwright.gate.judge import Refused, judge
from meshwright.gate.plan import Plan, plan
from meshwright.gate.policies.policy import Found
from meshwright.gate.policies.rulings import decided
from meshwright.gate.policies.waivers import covering, covers
from meshwright.model.address import Address, ProductAddress, SourceColumn
from meshwright.model.diagnostic import Location
from meshwright.model.mesh import Domain, Mesh
from meshwright.model.policy import Waiver
from meshwright.model.product import DataProduct

STRICT = (decided("documented", "error"),)
SILENT = edit_column("note", description="")(SALES)
MORE_SILENT = edit_column("artist", description="")(SILENT)
OTHERWISE = edit_product(description="Sales that are done")
NOTE = "marketplace.artwork-sales:sales@1.note"
WAIVER = Waiver("documented", NOTE, "the shop renames it in May", "nadia", date(2026, 6, 1))
LAST_DAY = datetime(2026, 5, 31, 23, 59, tzinfo=UTC)
THE_DAY = datetime(2026, 6, 1, tzinfo=UTC)


def mesh(product: DataProduct, *waivers: Waiver, **more: Any) -> Mesh:
    return replace(with_products(product), policies=STRICT, waivers=waivers, **more)


def planned(before: Mesh | None, after: Mesh, now: datetime = NOW) -> Plan:
    return plan(linked(before) if before else None, linked(after), now)


def told(made: Plan, *codes: str) -> list[tuple[str, str]]:
    return [(str(d.severity), d.message) for d in made.findings if d.code in codes]


def finds(made: Plan) -> list[tuple[str, str]]:
    """Return how severe each undocumented column is, and what is said of that."""
    return [(severity, said.partition(" (")[2].rstrip(")")) for severity, said in told(made, "MW0411")]


IN_FORCE = ("warning", "waived until 2026-06-01 by nadia, because: the shop renames it in May")
ENDED = ("error", "the waiver of nadia ended on 2026-06-01")
OLD = ("warning", "it is so in what runs already, and does not stop this change")


@pytest.mark.parametrize(
    ("before", "after", "now", "expected"),
    [
        pytest.param(mesh(SALES), mesh(SILENT), NOW, ("error", ""), id="nobody waives it"),
        pytest.param(mesh(SALES, WAIVER), mesh(SILENT, WAIVER), NOW, IN_FORCE, id="waived by what runs"),
        pytest.param(mesh(SALES, WAIVER), mesh(SILENT, WAIVER), LAST_DAY, IN_FORCE, id="on the last day"),
        pytest.param(mesh(SALES, WAIVER), mesh(SILENT, WAIVER), THE_DAY, ENDED, id="on the day itself"),
        pytest.param(mesh(SALES), mesh(SILENT, WAIVER), NOW, ("error", ""), id="waived by the proposal itself"),
        pytest.param(mesh(SALES, WAIVER), mesh(SILENT), NOW, IN_FORCE, id="taken away by the proposal"),
        pytest.param(mesh(SILENT), mesh(OTHERWISE(SILENT)), NOW, OLD, id="old, and nobody waives it"),
        pytest.param(mesh(SILENT, WAIVER), mesh(OTHERWISE(SILENT), WAIVER), NOW, IN_FORCE, id="old, and waived"),
        pytest.param(mesh(SILENT, WAIVER), mesh(OTHERWISE(SILENT), WAIVER), THE_DAY, ENDED, id="old, and it has ended"),
        pytest.param(
            mesh(SILENT, WAIVER), mesh(OTHERWISE(SILENT)), THE_DAY, ENDED, id="ended, and taken away by the proposal"
        ),
        pytest.param(None, mesh(SILENT, WAIVER), NOW, IN_FORCE, id="the first release"),
    ],
)
def test_a_waiver_counts_from_the_release_that_has_it_until_its_day(
    before: Mesh | None, after: Mesh, now: datetime, expected: tuple[str, str]
) -> None:
    made = planned(before, after, now)
    assert finds(made) == [expected]
    assert isinstance(judge(made, ()), Refused) == (expected[0] == "error")


def test_a_waiver_covers_what_it_names_and_nothing_that_comes_to_it() -> None:
    assert finds(planned(mesh(SALES, WAIVER), mesh(MORE_SILENT, WAIVER))) == [("error", "")]
    wide = replace(WAIVER, subject=str(SALES_ADDRESS))
    assert finds(planned(mesh(SALES, wide), mesh(MORE_SILENT, wide))) == [IN_FORCE]


def test_another_policy_is_not_waived_by_it() -> None:
    other = replace(WAIVER, policy="classified")
    assert finds(planned(mesh(SALES, other), mesh(SILENT, other))) == [("error", "")]


def test_a_waiver_that_is_prolonged_counts_until_the_later_day_once_it_is_released() -> None:
    longer = replace(WAIVER, until=date(2026, 7, 1))
    asked = planned(mesh(SILENT, WAIVER), mesh(SILENT, longer), THE_DAY)
    assert (asked.findings, [need.role for need in asked.needs]) == ((), ["platform team"])
    made = planned(mesh(SILENT, longer), mesh(OTHERWISE(SILENT), longer), THE_DAY)
    assert finds(made) == [(IN_FORCE[0], IN_FORCE[1].replace("06-01", "07-01"))]


def test_what_only_warns_says_whose_waiver_ended_and_stops_nobody() -> None:
    warned = (decided("documented", "warning"),)
    before, after = (replace(mesh(p, WAIVER), policies=warned) for p in (SALES, SILENT))
    assert finds(planned(before, after, THE_DAY)) == [("warning", ENDED[1])]


def test_a_domain_waives_for_its_own_products() -> None:
    domains = (Domain("creators"), Domain("marketplace", waivers=(WAIVER,)))
    assert finds(planned(mesh(SALES, domains=domains), mesh(SILENT, domains=domains))) == [IN_FORCE]


LONGER = replace(WAIVER, until=date(2026, 7, 1))
BY_DOMAIN = (Domain("creators", steward="iris"), Domain("marketplace", steward="sam", waivers=(LONGER,)))


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        pytest.param(
            mesh(SALES),
            mesh(SALES, WAIVER),
            f"+ waives `documented` of {NOTE} by nadia until 2026-06-01, because: the shop renames it in May",
            id="it comes",
        ),
        pytest.param(mesh(SALES, WAIVER), mesh(SALES), f"− waives `documented` of {NOTE} no longer", id="it goes"),
        pytest.param(
            mesh(SALES, WAIVER),
            mesh(SALES, replace(WAIVER, owner="sam")),
            f"~ waives `documented` of {NOTE} by sam until 2026-06-01, because: the shop renames it in May; "
            "was by nadia until 2026-06-01, because: the shop renames it in May",
            id="somebody else answers for it",
        ),
        pytest.param(
            mesh(SALES, WAIVER),
            mesh(SALES, WAIVER, domains=BY_DOMAIN),
            f"~ waives `documented` of {NOTE} by nadia until 2026-06-01, because: the shop renames it in May; "
            "by nadia until 2026-07-01, because: the shop renames it in May; "
            "was by nadia until 2026-06-01, because: the shop renames it in May",
            id="the domain waives for longer what the mesh waives",
        ),
    ],
)
def test_each_change_of_a_waiver_is_said_and_waits_for_the_platform_team(
    before: Mesh, after: Mesh, change: str
) -> None:
    (made,) = compare(linked(before), linked(after))
    assert f"{sign(made)} {describe(made)}" == change
    assert [(need.role, need.people) for need in planned(before, after).needs] == [("platform team", ("piet",))]


WRONG: list[Any] = [
    pytest.param(
        {"subject": "marketplace.artwork-sale"},
        "there is no product `marketplace.artwork-sale` to waive anything of",
        id="of no product",
    ),
    pytest.param({"until": date(2026, 3, 1)}, "the waiver ends on 2026-03-01, which has passed", id="until today"),
    pytest.param({"until": date(2020, 1, 1)}, "the waiver ends on 2020-01-01, which has passed", id="long past"),
    pytest.param(
        {"until": date(2026, 8, 29)}, "the waiver ends on 2026-08-29, more than 180d from now", id="a day too far"
    ),
]


@pytest.mark.parametrize(("wrong", "said"), WRONG)
def test_a_waiver_that_cannot_be_meant_refuses_the_proposal_that_brings_it(wrong: dict[str, Any], said: str) -> None:
    waiver = replace(WAIVER, **wrong)
    for before in (mesh(SILENT), None):
        assert told(planned(before, mesh(SILENT, waiver)), "MW0445", "MW0446") == [("error", said)]
    assert told(planned(mesh(SILENT, waiver), mesh(SILENT, waiver)), "MW0445") == []


def test_the_longest_day_is_the_one_that_what_runs_allows() -> None:
    until = replace(WAIVER, until=date(2026, 8, 28))
    assert told(planned(mesh(SILENT), mesh(SILENT, until)), "MW0445") == []
    week = mesh(SILENT, waivers_at_most=timedelta(days=7))
    (finding,) = told(planned(week, mesh(SILENT, until)), "MW0445")
    assert finding == ("error", "the waiver ends on 2026-08-28, more than 7d from now")
    assert [n.role for n in planned(week, mesh(SILENT)).needs] == ["platform team"]


IDLE = [("warning", f"`documented` finds nothing at `{NOTE}`: the waiver waives nothing")]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(mesh(SALES), mesh(SALES, WAIVER), IDLE, id="there is nothing to waive"),
        pytest.param(mesh(SILENT, WAIVER), mesh(SALES, WAIVER), IDLE, id="it is mended"),
        pytest.param(mesh(SALES, WAIVER), mesh(OTHERWISE(SALES), WAIVER), IDLE, id="it was mended before"),
        pytest.param(mesh(SILENT, WAIVER), mesh(SALES), [], id="it is mended, and not waived any more"),
        pytest.param(mesh(SILENT, WAIVER), mesh(OTHERWISE(SILENT), WAIVER), [], id="it is needed"),
        pytest.param(mesh(SALES, WAIVER), mesh(SALES, WAIVER), [], id="nobody touches the product"),
    ],
)
def test_a_waiver_that_nothing_needs_is_told_to_whoever_touches_its_product(
    before: Mesh, after: Mesh, expected: list[tuple[str, str]]
) -> None:
    assert told(planned(before, after), "MW0445", "MW0446") == expected


PRODUCT = ProductAddress("shop", "orders")
PORT = PRODUCT.port("orders", 1)


@pytest.mark.parametrize(
    ("names", "subject", "covered"),
    [
        ("shop.orders", PRODUCT, True),
        ("shop.orders", PORT.table().column("note"), True),
        ("shop.orders", SourceColumn(PRODUCT, "raw", "note"), True),
        ("shop.orders", ProductAddress("shop", "orders-again"), False),
        ("shop.orders:orders@1", PORT.table("lines").column("note"), True),
        ("shop.orders:orders@1", PRODUCT.port("orders", 11), False),
        ("shop.orders:orders@1", PRODUCT, False),
        ("shop.orders:orders", PRODUCT.port("orders", 2).table().column("note"), True),
        ("shop.orders:orders.note", PRODUCT.port("orders", 2).table().column("note"), True),
        ("shop.orders:orders@1.note", PORT.table().column("note"), True),
        ("shop.orders:orders@1.note", PORT.table().column("notes"), False),
        ("shop.orders:orders@1.note", PORT.table(), False),
    ],
)
def test_a_waiver_covers_what_it_names_and_its_parts(
    names: str, subject: Address | SourceColumn, covered: bool
) -> None:
    assert covers(replace(WAIVER, subject=names), subject) is covered


def test_of_several_waivers_each_part_takes_the_longest_and_the_finding_the_first_that_ends() -> None:
    note, artist = (PORT.table().column(name) for name in ("note", "artist"))
    finding = Found((note, artist), Location("mesh.yaml"), "two columns")
    early, late, latest = (replace(WAIVER, until=date(2026, month, 1)) for month in (4, 5, 6))
    of_note, of_artist = replace(early, subject=str(note)), replace(late, subject=str(artist))
    assert covering((of_note,), "documented", finding) is None
    assert covering((of_note, of_artist), "documented", finding) == of_note
    assert covering((of_note, of_artist, replace(latest, subject=str(note))), "documented", finding) == of_artist
