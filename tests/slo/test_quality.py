"""Quality: the share of checks that passed, over the window."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from meshwright.model.address import PortAddress, ProductAddress
from meshwright.model.observation import ChecksRan, PortHistory
from meshwright.model.ratio import Ratio
from meshwright.model.slo import Quality, SloState
from meshwright.slo.evaluate import evaluate

PORT = PortAddress(ProductAddress("sales", "orders"), "daily", 1)
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
SLO = Quality(Ratio.parse("90%"))


def history(*checks: tuple[float, int, int, tuple[str, ...]], activated: float = 1000) -> PortHistory:
    """Checks by how many hours ago they ran, how many passed, of how many, and who failed."""
    ran = tuple(ChecksRan(NOW - timedelta(hours=at), passed, of, failed) for at, passed, of, failed in checks)
    return PortHistory(PORT, NOW - timedelta(hours=activated), checks=ran)


@pytest.mark.parametrize(
    ("facts", "state", "sli"),
    [
        pytest.param(history(), SloState.NO_DATA, None, id="nothing ran"),
        pytest.param(history((2, 0, 0, ())), SloState.NO_DATA, None, id="a port without checks"),
        pytest.param(history((2, 10, 10, ())), SloState.KEPT, "1", id="all passed"),
        pytest.param(history((2, 9, 10, ("a",))), SloState.KEPT, "0.9", id="exactly as promised"),
        pytest.param(history((2, 8, 10, ("a", "b"))), SloState.BROKEN, "0.8", id="too few"),
        pytest.param(history((700, 0, 10, ("a",)), (2, 10, 10, ())), SloState.KEPT, "1", id="long ago"),
        pytest.param(
            history((5, 0, 9, ("a",)), (2, 10, 10, ()), activated=3), SloState.KEPT, "1", id="before the promise"
        ),
    ],
)
def test_the_state_follows_the_share_that_passed(facts: PortHistory, state: SloState, sli: str | None) -> None:
    status = evaluate(SLO, facts, NOW)
    assert (status.state, status.sli) == (state, None if sli is None else Ratio(Decimal(sli)))


def test_it_began_when_the_share_crossed_the_objective() -> None:
    facts = history((9, 10, 10, ()), (8, 5, 10, ("a",)), (7, 10, 10, ()), (6, 4, 10, ("a",)))
    assert evaluate(SLO, facts, NOW).since == NOW - timedelta(hours=8)


def test_the_reason_names_the_checks_that_failed_last() -> None:
    facts = history((9, 9, 10, ("first",)), (8, 8, 10, ("no-bots", "unique-id")), (7, 10, 10, ()))
    status = evaluate(Quality(Ratio.parse("99%")), facts, NOW)
    assert status.reason == "`no-bots`, `unique-id` failed; 27 of 30 checks passed, 90% where 99% is promised"


def test_the_budget_counts_checks_and_burns_by_the_last_hour() -> None:
    status = evaluate(SLO, history((9, 10, 10, ()), (0.5, 8, 10, ("a", "b"))), NOW)
    assert status.budget_left == pytest.approx(0)
    assert status.burn == pytest.approx(2)
