"""Completeness: which of the intervals that a clock has named are there."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshwright.model.address import PortAddress, ProductAddress
from meshwright.model.observation import Landing, PortHistory
from meshwright.model.product import CronSchedule
from meshwright.model.ratio import Ratio
from meshwright.model.slo import Completeness, SloState, SloStatus
from meshwright.model.time import Interval, Watermark
from meshwright.slo.evaluate import evaluate

PORT = PortAddress(ProductAddress("sales", "orders"), "daily", 1)
NOW = datetime(2026, 3, 10, 12, 30, tzinfo=UTC)
SLO = Completeness(Ratio.parse("90%"))
HOURLY = CronSchedule("0 * * * *", "UTC", timedelta(hours=1))
DUE = datetime(2026, 3, 10, 11, tzinfo=UTC)


def hour(ago: int, *, complete: int | None = None, landed: datetime | None = None) -> Landing:
    """The interval of an hour that ended so many hours before the last due one; `complete`: its watermark likewise."""
    end = DUE - timedelta(hours=ago)
    mark = end if complete is None else DUE - timedelta(hours=complete)
    return Landing(landed or end, Watermark(mark), Interval(end - timedelta(hours=1), end))


def back(ago: int) -> Landing:
    """All that was there of the last hours was taken back."""
    mark = DUE - timedelta(hours=ago)
    return Landing(NOW - timedelta(minutes=20), Watermark(mark), Interval(mark, DUE), restored=True)


def judged(*landings: Landing, hours: float = 20, clock: CronSchedule | None = HOURLY) -> SloStatus:
    """Deployed so many hours before the last due interval's end."""
    return evaluate(SLO, PortHistory(PORT, DUE - timedelta(hours=hours), landings), NOW, clock)


ALL = tuple(hour(n) for n in range(30, -1, -1))


@pytest.mark.parametrize(
    ("facts", "state", "sli"),
    [
        pytest.param(ALL, SloState.KEPT, "1", id="all is there"),
        pytest.param(ALL[:-1], SloState.KEPT, "0.95", id="the last is not"),
        pytest.param(ALL[:-2], SloState.KEPT, "0.9", id="exactly as promised"),
        pytest.param(ALL[:-3], SloState.BROKEN, "0.85", id="too much is missing"),
        pytest.param((), SloState.BROKEN, "0", id="nothing ever came"),
        pytest.param(
            (*ALL[:-4], hour(1, complete=4), hour(0, complete=4)), SloState.KEPT, "0.9", id="published beyond a gap"
        ),
        pytest.param(
            (*ALL[:-4], hour(0, complete=4), hour(3, complete=3), hour(2, complete=2), hour(1, complete=0)),
            SloState.KEPT,
            "1",
            id="late and there",
        ),
        pytest.param((hour(0),), SloState.KEPT, "1", id="read whole: the watermark says it"),
        pytest.param((*ALL, back(3)), SloState.BROKEN, "0.85", id="three hours were taken back"),
        pytest.param((*ALL, back(3), hour(1, complete=3)), SloState.KEPT, "0.9", id="and one of them published anew"),
        pytest.param(
            (*ALL[:-6], *(hour(n, complete=6) for n in (4, 3, 2, 1, 0)), back(6)),
            SloState.BROKEN,
            "0.7",
            id="and a gap",
        ),
    ],
)
def test_what_is_missing_is_time_whose_intervals_are_not_there(
    facts: tuple[Landing, ...], state: SloState, sli: str
) -> None:
    status = judged(*facts)
    assert (status.state, status.sli, status.burn) == (state, Ratio(Decimal(sli)), None)
    assert status.needed == DUE


def test_an_interval_is_due_when_its_run_may_wait_no_longer() -> None:
    patient = CronSchedule("0 * * * *", "UTC", timedelta(hours=3))
    assert judged(*ALL[:-2], clock=patient).sli == Ratio(Decimal(1))


def test_the_window_is_28_days() -> None:
    lost = Landing(DUE - timedelta(days=29), Watermark(DUE - timedelta(days=29)))
    assert judged(lost, hour(0), hours=24 * 60).sli == Ratio(Decimal(1))


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (judged(hours=0), "no interval has come due since it was deployed"),
        (judged(*ALL, clock=None), "no clock says what should be there"),
    ],
    ids=["just deployed", "driven by its inputs"],
)
def test_nothing_measured_is_no_data_and_never_perfect(status: SloStatus, reason: str) -> None:
    assert (status.state, status.sli, status.budget_left) == (SloState.NO_DATA, None, None)
    assert status.reason == reason


def test_the_budget_is_spent_by_what_is_missing() -> None:
    assert judged(*ALL[:-1]).budget_left == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (ALL, "all that should be there is there"),
        (ALL[:-1], "1h from 2026-03-10T10:00:00Z missing; 95% there"),
        (ALL[:-3], "3h from 2026-03-10T08:00:00Z missing; 85% there where 90% is promised"),
        (
            (*ALL[:-4], hour(2, complete=4), hour(0, complete=4)),
            "2h missing in 2 places, the first from 2026-03-10T07:00:00Z; 90% there",
        ),
    ],
    ids=["all", "an hour", "too much", "two holes"],
)
def test_the_reason_names_the_hole(facts: tuple[Landing, ...], reason: str) -> None:
    assert judged(*facts).reason == reason


@given(st.sets(st.integers(0, 30)), st.integers(1, 30))
def test_it_is_the_share_of_due_hours_that_were_published(published: set[int], deployed: int) -> None:
    first = max((n for n in range(deployed) if n not in published), default=-1)
    facts = [hour(n, complete=min(first + 1, deployed), landed=DUE) for n in sorted(published, reverse=True)]
    found = len(published & set(range(deployed)))
    assert judged(*facts, hours=deployed).sli == Ratio.of(found, deployed)
