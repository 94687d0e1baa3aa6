"""A run on a laptop builds the interval that Airflow would have built, also where clocks change."""

from datetime import UTC, datetime, timedelta

import pytest
from airflow.timetables.base import TimeRestriction
from airflow.timetables.interval import CronDataIntervalTimetable
from pendulum import instance

from meshwright.model.cron import last_interval
from meshwright.model.time import Interval

ZONE = "Europe/Brussels"


@pytest.mark.parametrize("day", ["2026-03-29", "2026-07-01", "2026-10-25"], ids=["forward", "summer", "back"])
@pytest.mark.parametrize("cron", ["0 * * * *", "*/30 * * * *", "30 2 * * *", "0 0 * * *", "0 6 * * 1-5"])
def test_both_find_the_same_interval(cron: str, day: str) -> None:
    timetable = CronDataIntervalTimetable(cron, timezone=ZONE)
    for hour in range(30):
        now = datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(hours=hour, minutes=40)
        theirs = timetable.infer_manual_data_interval(run_after=instance(now))
        # Within the hours that a zone skips or repeats, Airflow guesses an interval that is empty, or not yet over.
        if theirs.start < theirs.end <= now:
            assert last_interval(cron, ZONE, now) == Interval(theirs.start, theirs.end)


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"], ids=["forward", "back"])
@pytest.mark.parametrize("cron", ["0 * * * *", "30 2 * * *", "0 0 * * *", "0 3 * * *"])
def test_what_airflow_schedules_leaves_no_gap_and_is_what_a_laptop_builds(cron: str, day: str) -> None:
    timetable = CronDataIntervalTimetable(cron, timezone=ZONE)
    start = datetime.fromisoformat(day).replace(tzinfo=UTC) - timedelta(days=2)
    restriction = TimeRestriction(instance(start), None, catchup=True)
    before = None
    while before is None or before.end < start + timedelta(days=5):
        info = timetable.next_dagrun_info(last_automated_data_interval=before, restriction=restriction)
        assert info is not None
        found = info.data_interval
        assert before is None or found.start == before.end
        assert last_interval(cron, ZONE, found.end) == Interval(found.start, found.end)
        before = found
