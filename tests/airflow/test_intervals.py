"""A run on a laptop builds the interval that Airflow would have built, also where clocks change."""

from datetime import UTC, datetime, timedelta

import pytest
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
