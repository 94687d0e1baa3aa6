"""Judging: who may let a plan pass, and who may not."""

from dataclasses import replace

import pytest
from tests.gate.meshes import MESH, NOW, SALES, add_column, column, drop_column, edit_port, linked, with_products

from meshwright.gate.approvals import Approval
from meshwright.gate.judge import Allowed, NeedsApproval, Refused, judge
from meshwright.gate.plan import Plan, plan
from meshwright.model.identity import Digest
from meshwright.model.mesh import Domain

LOOSER = plan(linked(MESH), linked(with_products(edit_port(slos=())(SALES))), NOW)
PERSONAL = plan(linked(MESH), linked(with_products(add_column(column("phone", classification="personal"))(SALES))), NOW)
ADDED = plan(linked(MESH), linked(with_products(edit_port(version="1.3.0")(SALES))), NOW)
ORPHANED = plan(linked(MESH), linked(with_products(drop_column("price")(SALES))), NOW)
OTHER = Digest.of(b"another plan")


def yes(person: str, made: Plan, digest: Digest | None = None, *roles: str) -> Approval:
    """Say yes in every role that a plan needs, or in some."""
    return Approval(person, digest or made.digest, roles or tuple(n.role for n in made.needs), NOW)


def waits(made: Plan, *approvals: Approval, author: str = "nadia") -> bool:
    return isinstance(judge(made, approvals, author=author), NeedsApproval)


def test_what_touches_nobody_is_allowed_at_once() -> None:
    assert judge(ADDED, (), author="nadia") == Allowed()


def test_a_break_waits_for_the_owner_of_who_reads_it_and_for_nobody_else() -> None:
    assert waits(LOOSER)
    assert waits(LOOSER, yes("sam", LOOSER), yes("dora", LOOSER))
    given = yes("tomas", LOOSER)
    assert judge(LOOSER, [yes("sam", LOOSER), given], author="nadia") == Allowed((given,))


def test_an_approval_of_another_plan_does_not_count() -> None:
    assert waits(LOOSER, yes("tomas", LOOSER, OTHER))


def test_a_yes_in_one_role_is_none_in_another() -> None:
    assert waits(LOOSER, yes("tomas", LOOSER, None, "steward of domain `creators`"))


@pytest.mark.parametrize("author", ["sam", "piet"])
def test_nobody_approves_their_own(author: str) -> None:
    assert waits(replace(PERSONAL, findings=()), yes(author, PERSONAL), author=author)


def test_where_only_the_author_could_say_yes_the_platform_team_does() -> None:
    made = replace(PERSONAL, findings=())
    verdict = judge(made, (), author="sam")
    assert isinstance(verdict, NeedsApproval)
    assert verdict.missing[0].people == ("piet",)
    assert judge(made, [yes("piet", made)], author="sam") == Allowed((yes("piet", made),))


def test_who_breaks_only_their_own_product_need_not_be_asked_about_it() -> None:
    assert judge(LOOSER, (), author="tomas") == Allowed()


def test_what_a_finding_stops_no_approval_starts() -> None:
    everybody = [yes(p.username, ORPHANED) for p in MESH.people]
    assert isinstance(judge(ORPHANED, everybody, author="nadia"), Refused)


def test_the_judges_are_those_of_what_runs_not_of_the_proposal() -> None:
    """A proposal that makes its author the steward does not make its author a judge of it."""
    usurped = replace(
        with_products(add_column(column("phone", classification="personal"))(SALES)),
        domains=(MESH.domains[0], Domain("marketplace", steward="mallory")),
    )
    made = plan(linked(MESH), linked(usurped), NOW)
    verdict = judge(replace(made, findings=()), [yes("mallory", made)], author="nadia")
    assert isinstance(verdict, NeedsApproval)
    assert {person for need in verdict.missing for person in need.people} == {"piet", "sam"}
