"""The chain: what follows what an environment runs, as the log tells it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshwright.model.errors import Refused
from meshwright.model.identity import Digest
from meshwright.release.chain import chain
from meshwright.release.entry import GATE, Body, Entry, Pointed, Released, Revoked
from meshwright.release.log import History

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
A, B, C, D = (Digest.of(letter.encode()) for letter in "abcd")
PLAN = Digest.of(b"plan")


def log(*bodies: Body) -> History:
    return History(tuple(Entry(n, None, NOW, body, GATE, "") for n, body in enumerate(bodies)), "")


def made(release: Digest, base: Digest | None) -> Released:
    return Released(release, base, PLAN, "nadia")


def runs(release: Digest, environment: str = "production") -> Pointed:
    return Pointed(environment, release)


def tip(*bodies: Body, environment: str = "production") -> tuple[Digest | None, Digest | None]:
    found = chain(log(*bodies), environment)
    return found.runs, found.tip


FIRST = (made(A, None), runs(A))


@pytest.mark.parametrize(
    ("bodies", "expected"),
    [
        pytest.param((), (None, None), id="nothing"),
        pytest.param((made(A, None),), (None, A), id="released, and not deployed"),
        pytest.param(FIRST, (A, A), id="deployed"),
        pytest.param((*FIRST, made(B, A), made(C, B)), (A, C), id="two, one on the other"),
        pytest.param((*FIRST, made(B, A), made(C, B), runs(B)), (B, C), id="deployed to the first of them"),
        pytest.param((*FIRST, made(B, A), made(C, A)), (A, B), id="one that was judged beside it, elsewhere"),
        pytest.param((*FIRST, made(C, B)), (A, A), id="one that follows what was never made"),
        pytest.param((*FIRST, made(B, A), runs(B), made(C, B), runs(A)), (A, A), id="rolled back"),
        pytest.param((*FIRST, made(B, A), runs(B), runs(A), made(C, A)), (A, C), id="rolled back, and on from there"),
        pytest.param((*FIRST, made(B, A), runs(B), runs(A), made(B, A)), (A, B), id="made again after a rollback"),
        pytest.param((*FIRST, made(B, A), made(C, B), Revoked(C, "")), (A, B), id="the newest revoked"),
        pytest.param((*FIRST, made(B, A), made(C, B), Revoked(B, "")), (A, A), id="one revoked that another follows"),
        pytest.param((*FIRST, made(B, A), Revoked(B, ""), made(C, A)), (A, C), id="revoked, and another in its place"),
        pytest.param((*FIRST, Revoked(A, ""), made(B, None)), (None, B), id="all that ran revoked"),
        pytest.param((*FIRST, made(B, A), runs(B), runs(A), made(A, B)), (A, A), id="back to what runs"),
    ],
)
def test_a_proposal_is_judged_against_the_end_of_the_chain(
    bodies: tuple[Body, ...], expected: tuple[Digest | None, Digest | None]
) -> None:
    assert tip(*bodies) == expected


def test_environments_of_one_store_move_along_the_same_chain_each_for_itself() -> None:
    bodies = (*FIRST, made(B, A), runs(B), made(C, B), runs(A, "staging"))
    assert tip(*bodies) == (B, C)
    assert tip(*bodies, environment="staging") == (A, C)
    assert tip(*bodies, environment="new") == (None, C)


def test_a_revoked_release_that_runs_is_rolled_back_before_anything_is_judged_against_it() -> None:
    with pytest.raises(Refused, match="was revoked: it leaks"):
        tip(*FIRST, made(B, A), runs(B), Revoked(B, "it leaks"))


@given(st.lists(st.tuples(st.sampled_from((A, B, C, D)), st.sampled_from((None, A, B, C, D)), st.booleans())))
def test_each_release_that_lies_ahead_was_judged_against_the_one_before(steps: list[tuple]) -> None:  # type: ignore[type-arg]
    bodies = tuple(runs(release) if points else made(release, base) for release, base, points in steps)
    found = chain(log(*bodies), "production")
    assert [m.base for m in found.ahead] == [found.runs, *(m.release for m in found.ahead)][:-1]
