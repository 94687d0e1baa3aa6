from datetime import UTC, datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

import pytest
from croniter import croniter
from hypothesis import given
from hypothesis import strategies as st

from meshwright.model.cron import Cron, last_interval

FIELDS = ("minutes", "hours", "days", "months", "weekdays")


@pytest.mark.parametrize(
    ("cron", "zone", "now", "expected"),
    [
        pytest.param("0 * * * *", "UTC", "2026-01-01T00:30", ("2025-12-31T23:00", "2026-01-01T00:00"), id="hourly"),
        pytest.param("@daily", "UTC", "2026-01-02T00:00", ("2026-01-01T00:00", "2026-01-02T00:00"), id="just over"),
        pytest.param(
            "*/15 9-10 * * *", "UTC", "2026-01-02T08:00", ("2026-01-01T10:30", "2026-01-01T10:45"), id="steps"
        ),
        pytest.param("0 6 * * mon-fri", "UTC", "2026-01-05T05:00", ("2026-01-01T06:00", "2026-01-02T06:00"), id="week"),
        pytest.param("0 0 1 * *", "UTC", "2026-03-31T00:00", ("2026-02-01T00:00", "2026-03-01T00:00"), id="monthly"),
        pytest.param("0 0 29 2 *", "UTC", "2026-01-01T00:00", ("2020-02-29T00:00", "2024-02-29T00:00"), id="leap day"),
        pytest.param(
            "0 0 13 * 5", "UTC", "2026-01-14T00:00", ("2026-01-09T00:00", "2026-01-13T00:00"), id="day or weekday"
        ),
        pytest.param(
            "0 0 * * *",
            "Europe/Brussels",
            "2026-03-30T12:00",
            ("2026-03-28T23:00", "2026-03-29T22:00"),
            id="a short day",
        ),
        pytest.param(
            "30 2 * * *",
            "Europe/Brussels",
            "2026-03-30T12:00",
            ("2026-03-29T01:30", "2026-03-30T00:30"),
            id="no such time",
        ),
        pytest.param(
            "0 * * * *",
            "Europe/Brussels",
            "2026-10-25T01:30",
            ("2026-10-25T00:00", "2026-10-25T01:00"),
            id="an hour that comes twice",
        ),
        pytest.param(
            "30 2 * * *",
            "Europe/Brussels",
            "2026-10-25T12:00",
            ("2026-10-24T00:30", "2026-10-25T01:30"),
            id="a day of which an hour comes twice",
        ),
    ],
)
def test_the_last_interval_is_between_two_neighbouring_moments(
    cron: str, zone: str, now: str, expected: tuple[str, str]
) -> None:
    found = last_interval(cron, zone, datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert found is not None
    assert (f"{found.start:%Y-%m-%dT%H:%M}", f"{found.end:%Y-%m-%dT%H:%M}") == expected


@pytest.mark.parametrize("cron", ["* * * *", "61 * * * *", "x * * * *", "*/0 * * * *"])
def test_what_is_no_cron_is_refused(cron: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        last_interval(cron, "UTC", datetime(2026, 1, 1, tzinfo=UTC))


def test_a_day_that_never_comes_has_no_interval() -> None:
    assert last_interval("0 0 31 2 *", "UTC", datetime(2026, 1, 1, tzinfo=UTC)) is None


_SPRING = datetime(2026, 3, 26, 7, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "cron", ["0 * * * *", "*/20 1-3 * * *", "30 2 * * *", "0 0 * * *", "15 4 * * 1", "0 0 31 12 *"]
)
@pytest.mark.parametrize("zone", ["UTC", "Europe/Brussels", "America/New_York"])
@pytest.mark.parametrize("days", [0, 1, 9, 250])
def test_moments_are_counted_as_they_are_named_one_by_one(cron: str, zone: str, days: int) -> None:
    read, where, end = Cron.parse(cron), ZoneInfo(zone), _SPRING + timedelta(days=days)
    named = list(takewhile(lambda m: m <= end, read.moments_after(_SPRING - timedelta(minutes=1), where)))
    assert read.count(_SPRING, end, where) == len(named)
    back = takewhile(lambda m: m >= _SPRING, read.moments_until(end, where))
    assert named == sorted(back)


def test_there_is_nothing_to_count_before_the_start() -> None:
    assert Cron.parse("* * * * *").count(_SPRING, _SPRING - timedelta(days=3), ZoneInfo("UTC")) == 0


@given(st.tuples(*(st.just("*") | st.integers(0, most + 2).map(str) for most in (59, 23, 31, 12, 6))))
def test_plain_numbers_are_read_as_the_library_reads_them(words: tuple[str, ...]) -> None:
    try:
        expanded, _ = croniter.expand(" ".join(words))
    except ValueError:
        with pytest.raises(ValueError):  # noqa: PT011  # said in the library's words
            Cron.parse(" ".join(words))
        return
    read = Cron.parse(" ".join(words))
    for name, word, numbers in zip(FIELDS, words, expanded, strict=True):
        assert word == "*" or getattr(read, name) == set(numbers)
    assert read.either_day == (words[2] != "*" and words[4] != "*")
