"""How people write lengths, instants, percentages, cron lines and zones."""

from datetime import UTC, datetime, timedelta

import pytest

from meshwright.manifest.shapes import scalars
from meshwright.manifest.shapes.scalars import Unreadable
from meshwright.model.ratio import Ratio


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("45s", timedelta(seconds=45)),
        ("90m", timedelta(minutes=90)),
        ("3h", timedelta(hours=3)),
        ("1d", timedelta(days=1)),
        ("2w", timedelta(weeks=2)),
    ],
)
def test_a_length_is_a_number_and_a_unit(text: str, value: timedelta) -> None:
    assert scalars.length(text) == value


@pytest.mark.parametrize("text", ["", "90", "m", "0m", "-1h", "1.5h", "90 m", "1h30m", "9999999d", "٣h"])
def test_anything_else_is_not_a_length(text: str) -> None:
    with pytest.raises(Unreadable, match="not a length"):
        scalars.length(text)


def test_an_instant_has_a_zone_and_a_date_is_its_midnight() -> None:
    assert scalars.moment("2013-01-01") == datetime(2013, 1, 1, tzinfo=UTC)
    assert scalars.moment("2013-01-01T06:00:00+02:00") == datetime(2013, 1, 1, 4, tzinfo=UTC)
    with pytest.raises(Unreadable):
        scalars.moment("2013-01-01T06:00:00")


@pytest.mark.parametrize("text", ["0%", "100%", "101%", "-1%", "99", "nan%", "%", "99.9 percent"])
def test_an_objective_leaves_a_budget(text: str) -> None:
    with pytest.raises(Unreadable):
        scalars.objective(text)


@pytest.mark.parametrize(
    "text", ["0 * * * *", "*/15 6-18 * * 1-5", "0,30 0 1 1,7 0", "5/10 * * * 7", "0 6 * jan MON-FRI", "@daily"]
)
def test_five_fields_are_a_cron_line(text: str) -> None:
    assert scalars.cron(text) == text


@pytest.mark.parametrize("text", ["", "* * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8"])
def test_a_cron_line_is_within_its_limits(text: str) -> None:
    with pytest.raises(Unreadable):
        scalars.cron(text)


@pytest.mark.parametrize("text", ["0 0 31 2 *", "0 0 30 2 *", "0 0 31 4,6,9,11 *"])
def test_a_cron_line_names_a_day_that_there_is(text: str) -> None:
    with pytest.raises(Unreadable, match="names a day that no month has"):
        scalars.cron(text)


@pytest.mark.parametrize("text", ["0 0 29 2 *", "0 0 31 2,3 *", "0 0 31 2 1"])
def test_a_cron_line_may_name_a_rare_day(text: str) -> None:
    assert scalars.cron(text) == text


@pytest.mark.parametrize("text", ["*/0 * * * *", "a * * * *", "1,,2 * * * *", "@dayly", "1_0 * * * *"])
def test_a_cron_line_is_made_of_numbers_and_names(text: str) -> None:
    with pytest.raises(Unreadable):
        scalars.cron(text)


@pytest.mark.parametrize("text", ["", "Europe", "Europe/Brussel", "../etc/passwd", "/etc/passwd", "\x00"])
def test_a_zone_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        scalars.timezone(text)


@pytest.mark.parametrize("text", ["07:00", "23:59", "00:01"])
def test_a_time_of_day_is_read(text: str) -> None:
    assert f"{scalars.local_time(text):%H:%M}" == text


@pytest.mark.parametrize("text", ["", "7:00", "24:00", "07:60", "07:00:00", "07:00Z", "7 am", "00:00"])
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        scalars.local_time(text)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("BR-SPX", "did you mean `BR-SP`?"),
        ("be", "did you mean `BE`?"),
        ("Belgium", "write a country as `BE`, a part of one as `DE-BY` or an exchange as `XNYS`"),
        ("XNYX", "did you mean `XNYS`?"),
    ],
)
def test_a_calendar_that_does_not_exist_is_refused_with_one_that_does(text: str, hint: str) -> None:
    with pytest.raises(Unreadable) as refused:
        scalars.calendar(text)
    assert refused.value.hint == hint


@pytest.mark.parametrize("text", ["99.61%", "99.9%", "99.99%"])
def test_more_landings_than_are_remembered_are_not_promised(text: str) -> None:
    assert scalars.objective(text)
    with pytest.raises(Unreadable):
        scalars.landing_objective(text)
    assert scalars.landing_objective("99.6%") == Ratio.parse("99.6%")
