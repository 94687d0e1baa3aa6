"""Freshness: its truth table, and its seconds against an independent count."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshwright.model.address import PortAddress, ProductAddress
from meshwright.model.observation import Landing, PortHistory
from meshwright.model.ratio import Ratio
from meshwright.model.slo import Freshness, SloState
from meshwright.model.time import Watermark
from meshwright.slo.evaluate import evaluate
from meshwright.slo.freshness import stale

PORT = PortAddress(ProductAddress("sales", "orders"), "daily", 1)
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
SLO = Freshness(timedelta(hours=2), Ratio.parse("99%"))


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def history(*landings: tuple[float, float], activated: float = 1000) -> PortHistory:
    """Landings as hours ago: when each landed, and its watermark."""
    landed = tuple(Landing(ago(at), Watermark(ago(watermark))) for at, watermark in landings)
    return PortHistory(PORT, ago(activated), landed)


def back(at: float, watermark: float) -> Landing:
    """An earlier publish was brought back, so many hours ago."""
    return Landing(ago(at), Watermark(ago(watermark)), restored=True)


def then(facts: PortHistory, *landings: Landing) -> PortHistory:
    return replace(facts, landings=(*facts.landings, *landings))


@pytest.mark.parametrize(
    ("facts", "state", "since"),
    [
        pytest.param(history((1, 1)), SloState.KEPT, 1, id="young data"),
        pytest.param(history((2, 2)), SloState.KEPT, 2, id="exactly as old as promised"),
        pytest.param(history((2.01, 2.01)), SloState.BROKEN, 0.01, id="a little older"),
        pytest.param(
            history((5, 5), (1, 4)), SloState.BROKEN, 3, id="a landing that is old on arrival changes nothing"
        ),
        pytest.param(history((5, 5), (1, 6)), SloState.BROKEN, 3, id="old rows published again"),
        pytest.param(history((1, 1), (0.5, 9)), SloState.KEPT, 1, id="a backfill does not take freshness away"),
        pytest.param(history((5, 5), (0.5, 1)), SloState.KEPT, 0.5, id="recovered"),
        pytest.param(then(history((1, 1)), back(0.5, 5)), SloState.BROKEN, 0.5, id="what landed was taken back"),
        pytest.param(then(history((1, 1)), back(0.5, 1.5)), SloState.KEPT, 1, id="taken back to what is young"),
        pytest.param(
            then(history((1.5, 1.5)), back(1, 5), Landing(ago(0.5), Watermark(ago(0.5)))),
            SloState.KEPT,
            0.5,
            id="taken back and published anew",
        ),
        pytest.param(history(activated=1), SloState.NO_DATA, 1, id="just deployed, nothing yet"),
        pytest.param(history(activated=3), SloState.BROKEN, 1, id="deployed, never delivered"),
        pytest.param(history((0.5, 9), activated=1), SloState.NO_DATA, 1, id="just deployed, still catching up"),
        pytest.param(history((3.5, 9), activated=4), SloState.BROKEN, 2, id="never caught up"),
        pytest.param(history((0, 0), activated=0), SloState.KEPT, 0, id="deployed and delivered this instant"),
        pytest.param(history((3, -5)), SloState.BROKEN, 1, id="a watermark from the future counts as its landing"),
        pytest.param(history((5, 5), (-1, 0)), SloState.BROKEN, 3, id="a landing from the future is not there yet"),
    ],
)
def test_the_state_follows_the_largest_watermark_that_landed(facts: PortHistory, state: SloState, since: float) -> None:
    status = evaluate(SLO, facts, NOW)
    assert (status.state, status.since) == (state, ago(since))


def test_nothing_measured_is_no_data_and_never_perfect() -> None:
    status = evaluate(SLO, history(activated=1), NOW)
    assert (status.sli, status.budget_left, status.burn, status.watermark) == (None, None, None, None)


def test_the_share_of_good_seconds_is_taken_over_the_time_since_deployment() -> None:
    status = evaluate(SLO, history((100, 100), (90, 90), (88, 88), (86, 86), (84, 84), activated=100), NOW)
    # Good: 100..98 h ago, and 90..82 h ago; the rest of 100 hours is bad.
    assert status.sli == Ratio(Decimal("0.10"))
    assert status.budget_left == pytest.approx(1 - 0.90 / 0.01)
    assert status.burn == pytest.approx(100)


def test_the_window_is_28_days() -> None:
    old_trouble = history((900, 900), (700, 700), *((h, h) for h in range(674, 0, -2)))
    assert evaluate(SLO, old_trouble, NOW).sli == Ratio(Decimal(1))


def test_the_time_of_catching_up_is_neither_good_nor_bad() -> None:
    status = evaluate(SLO, history((9, 9), (8, 8), (6, 6), (4, 4), (2, 2), activated=10), NOW)
    assert (status.sli, status.budget_left) == (Ratio(Decimal(1)), 1)


def test_a_burn_rate_needs_half_its_window() -> None:
    assert evaluate(SLO, history((0.1, 0.1), activated=0.4), NOW).burn is None
    assert evaluate(SLO, history((0.5, 0.5), activated=0.6), NOW).burn == 0


def test_an_objective_of_everything_has_no_budget_to_divide_by() -> None:
    status = evaluate(Freshness(timedelta(hours=2), Ratio.parse("100%")), history((5, 5)), NOW)
    assert (status.state, status.budget_left, status.burn) == (SloState.BROKEN, None, None)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (history((5, 5)), "complete up to 2026-03-10T07:00:00Z, 5h ago; promised at most 2h"),
        (history((1, 1)), "complete up to 2026-03-10T11:00:00Z, 1h ago"),
        (history(), "nothing has landed since it was deployed"),
    ],
    ids=["late", "fresh", "never"],
)
def test_the_reason_is_in_words(facts: PortHistory, reason: str) -> None:
    assert evaluate(SLO, facts, NOW).reason == reason


@st.composite
def landed(draw: st.DrawFn) -> tuple[list[tuple[int, int]], int, int]:
    points = draw(st.lists(st.tuples(st.integers(0, 60), st.integers(-20, 60)), max_size=8))
    start, length = draw(st.integers(0, 40)), draw(st.integers(1, 40))
    return sorted(points), start, start + length


@given(landed(), st.integers(1, 15))
def test_stale_time_is_what_counting_every_minute_gives(
    case: tuple[list[tuple[int, int]], int, int], max_age: int
) -> None:
    points, start, end = case
    minute = timedelta(minutes=1)
    found = stale(
        [Landing(NOW + at * minute, Watermark(NOW + mark * minute)) for at, mark in points],
        max_age * minute,
        NOW + start * minute,
        NOW + end * minute,
    )
    marks = {m: max((mark for at, mark in points if at <= m), default=None) for m in range(start, end)}
    expected = {m for m, mark in marks.items() if mark is None or m >= mark + max_age}
    counted = {m for m in range(start, end) if any(a <= NOW + m * minute < b for a, b in found)}
    assert counted == expected
    assert all(a < b for a, b in found)
    assert all(before[1] < after[0] for before, after in pairwise(found))
