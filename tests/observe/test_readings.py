"""Who reads: added up by day, counted once a day. Each on both databases."""

from datetime import date, timedelta

from meshwright.model.address import ProductAddress
from meshwright.model.observation import Reading, Use
from meshwright.observe.store import Observations

PORT = ProductAddress("sales", "orders").port("daily", 1)
TODAY = date(2026, 3, 10)
DAY = timedelta(days=1)


def test_reads_of_a_day_are_added_up_and_readers_told_apart(observations: Observations) -> None:
    observations.record_readings(Reading.by("ana", PORT, TODAY, 2), Reading.by("ben", PORT, TODAY))
    observations.record_readings(Reading.by("ana", PORT, TODAY), Reading.by("ana", PORT, TODAY - DAY))
    assert observations.use(TODAY - DAY) == {PORT: Use(reads=5, days=2, readers=2)}
    assert observations.use(TODAY) == {PORT: Use(reads=4, days=1, readers=2)}


def test_that_nobody_reads_is_known_only_where_somebody_counts(observations: Observations) -> None:
    assert observations.use(TODAY) is None
    observations.record_days([TODAY - DAY], ())
    assert observations.use(TODAY) == {}


def test_a_day_is_counted_once_however_many_look(observations: Observations) -> None:
    assert observations.uncounted(TODAY, 2) == (TODAY - 2 * DAY, TODAY - DAY)
    for reads in (3, 4):
        observations.record_days([TODAY - DAY], [Reading.by("ana", PORT, TODAY - DAY, reads)])
    assert observations.uncounted(TODAY, 2) == (TODAY - 2 * DAY,)
    assert observations.use(TODAY - DAY) == {PORT: Use(3, 1, 1)}
