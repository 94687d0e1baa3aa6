"""Landing: its truth table, its days where clocks change, and its count against a simulation of every minute."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshwright.model.address import PortAddress, ProductAddress
from meshwright.model.observation import Landing, PortHistory
from meshwright.model.ratio import Ratio
from meshwright.model.slo import LandingBy, SloState
from meshwright.model.time import Watermark, instant
from meshwright.slo.evaluate import evaluate
from meshwright.slo.landing import occurrences

PORT = PortAddress(ProductAddress("sales", "orders"), "daily", 1)
BRUSSELS = ZoneInfo("Europe/Brussels")
NOW = datetime(2026, 11, 20, 12, tzinfo=BRUSSELS)  # a Friday
OF_95, OF_99 = Ratio.parse("95%"), Ratio.parse("99%")
SLO = LandingBy(time(7), "Europe/Brussels", "BE", OF_95)
DAILY = LandingBy(time(7), "Europe/Brussels", None, OF_95)
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)

Fact = tuple[str, str]
"""When something landed, and its watermark, in the wall time of Brussels."""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BRUSSELS)


def history(*facts: Fact, activated: datetime = LONG_AGO) -> PortHistory:
    landed = sorted((at(landed_at), at(watermark)) for landed_at, watermark in facts)
    return PortHistory(PORT, activated, tuple(Landing(when, Watermark(mark)) for when, mark in landed))


def every_day(until: str = "2026-11-20", *, hour: str = "06:00") -> tuple[Fact, ...]:
    last = date.fromisoformat(until)
    days = (last - timedelta(days=n) for n in range(400))
    return tuple((f"{day}T{hour}", f"{day}T00:00") for day in days)


THURSDAY = every_day("2026-11-19")


@pytest.mark.parametrize(
    ("facts", "state", "since", "good"),
    [
        pytest.param([("2026-11-20T06:59", "2026-11-20T00:00")], SloState.KEPT, None, 20, id="in time"),
        pytest.param([("2026-11-20T07:00", "2026-11-20T00:00")], SloState.KEPT, None, 20, id="exactly at the deadline"),
        pytest.param(
            [("2026-11-20T07:01", "2026-11-20T00:00")],
            SloState.KEPT,
            "2026-11-20T07:01",
            19,
            id="late for ever",
        ),
        pytest.param([], SloState.BROKEN, "2026-11-20T07:00", 19, id="missed"),
        pytest.param(
            [("2026-11-20T06:00", "2026-11-19T23:59")],
            SloState.BROKEN,
            "2026-11-20T07:00",
            19,
            id="a minute short",
        ),
        pytest.param(
            [("2026-11-20T06:00", "2026-11-12T00:00")], SloState.BROKEN, "2026-11-20T07:00", 19, id="old rows, again"
        ),
        pytest.param(
            [("2026-11-19T23:00", "2026-11-21T00:00")],
            SloState.BROKEN,
            "2026-11-20T07:00",
            19,
            id="a watermark from the future counts as its landing",
        ),
        pytest.param(
            [("2026-11-20T13:00", "2026-11-20T00:00")], SloState.BROKEN, "2026-11-20T07:00", 19, id="not there yet"
        ),
    ],
)
def test_the_state_follows_the_newest_day_that_is_due(
    facts: list[Fact], state: SloState, since: str | None, good: int
) -> None:
    status = evaluate(SLO, history(*THURSDAY, *facts), NOW)
    assert (status.state, status.sli) == (state, Ratio(Decimal(good) / 20))
    if since is not None:
        assert status.since == at(since)


def test_until_the_deadline_the_day_before_counts() -> None:
    status = evaluate(SLO, history(*THURSDAY), at("2026-11-20T07:00"))
    assert (status.state, status.sli) == (SloState.KEPT, Ratio(Decimal(1)))


def test_what_is_missing_for_days_is_broken_since_the_first() -> None:
    status = evaluate(SLO, history(*every_day("2026-11-16")), NOW)
    assert (status.state, status.since) == (SloState.BROKEN, at("2026-11-17T07:00"))


def test_a_day_that_was_caught_up_with_ends_the_trouble_of_those_before() -> None:
    status = evaluate(SLO, history(*every_day("2026-11-16"), ("2026-11-20T06:30", "2026-11-20T00:00")), NOW)
    assert (status.state, status.since) == (SloState.KEPT, at("2026-11-20T06:30"))
    assert status.sli == Ratio(Decimal(17) / 20)


def test_old_days_that_are_published_again_turn_no_day_good() -> None:
    before = evaluate(SLO, history(*every_day("2026-11-16")), NOW)
    again = tuple((f"2026-11-20T11:{n:02}", f"2026-11-{n:02}T00:00") for n in range(1, 17))
    after = evaluate(SLO, history(*every_day("2026-11-16"), *again), NOW)
    assert (after.state, after.sli, after.since) == (before.state, before.sli, before.since)


@pytest.mark.parametrize(
    ("slo", "day", "due"),
    [
        (SLO, "2026-03-27", "2026-03-27T06:00Z"),
        (SLO, "2026-03-30", "2026-03-30T05:00Z"),
        (DAILY, "2026-03-29", "2026-03-29T05:00Z"),
        (DAILY, "2026-10-25", "2026-10-25T06:00Z"),
        (LandingBy(time(2, 30), "Europe/Brussels", None, OF_95), "2026-03-29", "2026-03-29T01:30Z"),
        (LandingBy(time(2, 30), "Europe/Brussels", None, OF_95), "2026-10-25", "2026-10-25T00:30Z"),
    ],
    ids=["winter", "summer", "the day it begins", "the day it ends", "skipped: an hour later", "twice: the first"],
)
def test_the_deadline_is_a_wall_time(slo: LandingBy, day: str, due: str) -> None:
    assert slo.occurrence(date.fromisoformat(day)).deadline == instant(due)


@pytest.mark.parametrize(
    ("day", "need"),
    [
        ("2026-03-29", "2026-03-28T23:00Z"),
        ("2026-03-30", "2026-03-29T22:00Z"),
        ("2026-10-25", "2026-10-24T22:00Z"),
        ("2026-10-26", "2026-10-25T23:00Z"),
    ],
)
def test_a_day_needs_what_was_before_its_own_midnight(day: str, need: str) -> None:
    assert DAILY.occurrence(date.fromisoformat(day)).need == instant(need)


def test_business_days_leave_out_weekends_and_holidays() -> None:
    days = {o.day for o in occurrences(SLO, at("2026-04-09T12:00"))}
    week = {date(2026, 4, n) for n in range(1, 10)}
    assert sorted(day.day for day in week & days) == [1, 2, 3, 7, 8, 9]  # Easter Monday is the 6th


def test_on_a_monday_the_weekend_must_be_there() -> None:
    friday_only = history(*every_day("2026-11-13"), ("2026-11-14T06:00", "2026-11-14T00:00"))
    monday = at("2026-11-16T08:00")
    assert evaluate(SLO, friday_only, at("2026-11-15T23:00")).state is SloState.KEPT
    assert evaluate(SLO, friday_only, monday).state is SloState.BROKEN
    assert evaluate(SLO, history(*every_day("2026-11-16")), monday).state is SloState.KEPT


@pytest.mark.parametrize(
    ("activated", "counted"),
    [
        ("2026-11-20T06:00", 0),
        ("2026-11-20T00:01", 0),
        ("2026-11-20T00:00", 1),
        ("2026-11-17T12:00", 3),
        ("2026-11-21T00:00", 0),
    ],
    ids=["this morning", "just after midnight", "at midnight", "some days ago", "tomorrow"],
)
def test_a_day_that_began_before_the_deployment_does_not_count(activated: str, counted: int) -> None:
    status = evaluate(SLO, history(activated=at(activated)), NOW)
    if counted:
        assert (status.state, status.sli) == (SloState.BROKEN, Ratio(Decimal(0)))
        assert status.since == at(f"2026-11-{21 - counted}T07:00")
    else:
        assert (status.state, status.sli, status.budget_left) == (SloState.NO_DATA, None, None)
        assert status.reason == "no landing has come due since it was deployed"


@pytest.mark.parametrize(
    ("slo", "days"),
    [
        (DAILY, 28),
        (SLO, 20),
        (LandingBy(time(7), "UTC", None, OF_99), 100),
        (LandingBy(time(7), "UTC", "BE", OF_99), 100),
    ],
    ids=["28 days", "of these, business days", "as many as the objective needs", "also of business days"],
)
def test_the_window_is_28_days_and_as_many_as_let_one_be_late(slo: LandingBy, days: int) -> None:
    found = occurrences(slo, NOW)
    assert len(found) == days
    assert [o.day for o in found] == sorted(o.day for o in found)


def test_a_month_with_holidays_looks_back_further() -> None:
    found = occurrences(SLO, at("2026-01-02T12:00"))  # Christmas and New Year
    assert len(found) == 20
    assert found[0].day < date(2025, 12, 5)


def test_the_budget_counts_days_and_nothing_burns() -> None:
    facts = history(*every_day("2026-11-18"), ("2026-11-19T08:00", "2026-11-19T00:00"), *every_day("2026-11-20")[:1])
    status = evaluate(SLO, facts, NOW)
    assert status.budget_left == pytest.approx(0)
    assert status.burn is None


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ([*THURSDAY, ("2026-11-20T06:12", "2026-11-20T00:00")], "on 2026-11-20 complete at 06:12; promised by {by}"),
        (
            [*THURSDAY, ("2026-11-20T08:12", "2026-11-20T00:00")],
            "on 2026-11-20 complete at 08:12, 1h 12m late; promised by {by}",
        ),
        (THURSDAY, "on 2026-11-20 complete up to 2026-11-18T23:00:00Z only; promised by {by}"),
        ([], "nothing has landed; promised on 2026-11-20 by {by}; 0% of 20 days in time, {goal}"),
        (
            every_day("2026-11-18"),
            "on 2026-11-20 complete up to 2026-11-17T23:00:00Z only; promised by {by}; 90% of 20 days in time, {goal}",
        ),
    ],
    ids=["in time", "late", "missing", "nothing", "overspent"],
)
def test_the_reason_is_in_words(facts: list[Fact], reason: str) -> None:
    assert evaluate(SLO, history(*facts), NOW).reason == reason.format(by="07:00 Europe/Brussels", goal="95% promised")


hours = st.integers(0, 24 * 12)


@given(st.lists(st.tuples(hours, hours), max_size=12), hours, st.integers(1, 23))
def test_days_and_states_are_what_watching_every_hour_gives(
    points: list[tuple[int, int]], activated: int, by: int
) -> None:
    slo = LandingBy(time(by), "Europe/Brussels", None, OF_95)
    zero = datetime(2026, 10, 19, 22, tzinfo=UTC)  # the clocks change on the 25th
    end = zero + timedelta(hours=24 * 12)
    landed = sorted((zero + timedelta(hours=a), zero + timedelta(hours=w)) for a, w in points)
    facts = PortHistory(PORT, zero + timedelta(hours=activated), tuple(Landing(a, Watermark(w)) for a, w in landed))
    good = bad = 0
    missing: datetime | None = None
    for hour in range(24 * 12):
        now = zero + timedelta(hours=hour)
        there = max((min(a, w) for a, w in landed if a <= now), default=zero - timedelta(hours=1))
        if missing is not None and there >= missing:
            missing = None
        local = now.astimezone(BRUSSELS)
        midnight = local.replace(hour=0, fold=0).astimezone(UTC)
        if local.hour == by and not local.fold and midnight >= facts.activated_at:
            good, bad = (good + 1, bad) if there >= midnight else (good, bad + 1)
            missing = midnight if there < midnight else missing
    status = evaluate(slo, facts, end - timedelta(minutes=1))
    if missing is not None:
        arrived = [a for a, w in landed if a < end and min(a, w) >= missing]
        missing = None if arrived else missing
    assert status.sli == Ratio.of(good, good + bad)
    expected = SloState.NO_DATA if not good + bad else SloState.KEPT if missing is None else SloState.BROKEN
    assert status.state is expected
