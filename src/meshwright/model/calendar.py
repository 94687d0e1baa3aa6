"""Calendar: which days are business days, in a country (`BE`), in a part of one (`DE-BY`), at an exchange (`XNYS`)?

Weekends, holidays and the working days that make up for them are those of the library `holidays`, which knows them for
each country and year.
"""

from collections.abc import Callable
from datetime import date
from functools import cache


def is_business_day(calendar: str, day: date) -> bool:
    """Tell whether a day is one of a calendar's business days. Raises `ValueError` for a calendar that is not known."""
    return _business_days(calendar)(day)


@cache
def calendars() -> frozenset[str]:
    """Return the names of all calendars."""
    import holidays

    countries = holidays.list_supported_countries()
    parts = (f"{country}-{part}" for country, names in countries.items() for part in names)
    return frozenset((*countries, *parts, *holidays.list_supported_financial()))


@cache
def _business_days(calendar: str) -> Callable[[date], bool]:
    import holidays

    if calendar not in calendars():
        raise ValueError(f"there is no calendar `{calendar}`")
    country, _, part = calendar.partition("-")
    if country in holidays.list_supported_countries():
        return holidays.country_holidays(country, subdiv=part or None).is_working_day
    return holidays.financial_holidays(country).is_working_day
