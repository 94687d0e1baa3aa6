"""Standing: only changes of state are kept, from when the facts say that they began."""

from datetime import UTC, datetime, timedelta

import pytest

from meshwright.model.address import PortAddress, ProductAddress
from meshwright.model.ratio import Ratio
from meshwright.model.slo import Freshness, SloState, SloStatus, StateInterval
from meshwright.slo.standing import settled, transitions

PORT = PortAddress(ProductAddress("sales", "orders"), "daily", 1)
PROMISE = (PORT, "freshness")
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
SLO = Freshness(timedelta(hours=2), Ratio.parse("99%"))


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def interval(state: SloState, start: float, end: float | None = None) -> StateInterval:
    return StateInterval(PORT, "freshness", state, "", ago(start), None if end is None else ago(end))


def status(state: SloState, since: float | None) -> SloStatus:
    return SloStatus(PORT, SLO, state, "", None if since is None else ago(since))


@pytest.mark.parametrize(
    ("before", "seen", "changes"),
    [
        pytest.param(None, status(SloState.KEPT, 3), [interval(SloState.KEPT, 3)], id="first seen"),
        pytest.param(None, status(SloState.KEPT, None), [interval(SloState.KEPT, 0)], id="no beginning known: now"),
        pytest.param(interval(SloState.KEPT, 5), status(SloState.KEPT, 3), [], id="as before"),
        pytest.param(
            interval(SloState.KEPT, 5),
            status(SloState.BROKEN, 3),
            [interval(SloState.KEPT, 5, 3), interval(SloState.BROKEN, 3)],
            id="broken while nobody looked",
        ),
        pytest.param(
            interval(SloState.KEPT, 2),
            status(SloState.BROKEN, 3),
            [interval(SloState.KEPT, 2, 2), interval(SloState.BROKEN, 2)],
            id="never before the state that it follows",
        ),
        pytest.param(interval(SloState.BROKEN, 5), None, [interval(SloState.BROKEN, 5, 0)], id="withdrawn"),
    ],
)
def test_a_state_lasts_until_another_is_seen(
    before: StateInterval | None, seen: SloStatus | None, changes: list[StateInterval]
) -> None:
    standing = {} if before is None else {PROMISE: before}
    assert list(transitions(standing, [] if seen is None else [seen], NOW)) == changes


def test_a_state_keeps_the_beginning_that_was_first_found_for_it() -> None:
    standing = {PROMISE: interval(SloState.BROKEN, 900)}
    assert [s.since for s in settled(standing, [status(SloState.BROKEN, 672)])] == [ago(900)]
    assert [s.since for s in settled(standing, [status(SloState.KEPT, 1)])] == [ago(1)]
