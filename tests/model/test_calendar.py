"""Calendar: business days by place, and how calendars are named."""

from datetime import date

import pytest

from meshwright.model.calendar import calendars, is_business_day, is_calendar


@pytest.mark.parametrize(
    ("calendar", "day", "expected"),
    [
        pytest.param("BE", date(2026, 11, 20), True, id="a Friday"),
        pytest.param("BE", date(2026, 11, 21), False, id="a Saturday"),
        pytest.param("BE", date(2026, 7, 21), False, id="the national day"),
        pytest.param("BE", date(2026, 4, 6), False, id="Easter Monday"),
        pytest.param("BE", date(2031, 7, 21), False, id="in years to come"),
        pytest.param("NL", date(2026, 7, 21), True, id="elsewhere it is none"),
        pytest.param("DE-BY", date(2026, 1, 6), False, id="a holiday of a part"),
        pytest.param("DE-HH", date(2026, 1, 6), True, id="and not of another"),
        pytest.param("SA", date(2026, 11, 20), False, id="a weekend that begins on Friday"),
        pytest.param("SA", date(2026, 11, 22), True, id="and ends before Sunday"),
        pytest.param("CN", date(2026, 2, 14), True, id="a Saturday that makes up for a holiday"),
        pytest.param("XNYS", date(2026, 11, 26), False, id="Thanksgiving, at an exchange"),
        pytest.param("ECB", date(2026, 5, 1), False, id="a central bank"),
    ],
)
def test_a_business_day_is_neither_weekend_nor_holiday_there(calendar: str, day: date, expected: bool) -> None:
    assert is_business_day(calendar, day) is expected


@pytest.mark.parametrize("name", ["", "be", "Belgium", "HolidayBase", "XX", "DE-XX", "BE-", "BE;"])
def test_what_is_no_calendar_is_known_to_be_none(name: str) -> None:
    assert not is_calendar(name)
    with pytest.raises(ValueError, match="there is no calendar"):
        is_business_day(name, date(2026, 1, 1))


def test_every_calendar_that_is_listed_is_one() -> None:
    assert [name for name in calendars() if not is_calendar(name)] == []
    assert {"BE", "DE-BY", "US-CA", "XNYS", "ECB"} <= calendars()
