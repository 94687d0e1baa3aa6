"""Calendar: which days are business days, in a country (`BE`), in a part of one (`DE-BY`), at an exchange (`XNYS`)?

Weekends, holidays and the working days that make up for them are those of the library `holidays`, which knows them for
each country and year.
"""

import re
from collections.abc import Callable
from datetime import date
from functools import cache

_NAME = re.compile(r"([A-Z][A-Z0-9]+)(?:-(.+))?")


def is_business_day(calendar: str, day: date) -> bool:
    """Tell whether a day is one of a calendar's business days. Raises `ValueError` for a calendar that is not known."""
    business_days = _business_days(calendar)
    if business_days is None:
        raise ValueError(f"there is no calendar `{calendar}`")
    return business_days(day)


def is_calendar(name: str) -> bool:
    """Tell whether there is a calendar of this name."""
    return _business_days(name) is not None


@cache
def calendars() -> frozenset[str]:
    """Return the names of all calendars. It reads all of them: to help those who look for one."""
    import holidays

    countries = holidays.list_supported_countries()
    parts = (f"{country}-{part}" for country, names in countries.items() for part in names)
    return frozenset((*countries, *parts, *holidays.list_supported_financial()))


@cache
def _business_days(calendar: str) -> Callable[[date], bool] | None:
    import holidays

    name = _NAME.fullmatch(calendar)
    if name is None:
        return None
    for known in (holidays.country_holidays, holidays.financial_holidays):
        try:
            return known(name[1], subdiv=name[2]).is_working_day
        except NotImplementedError:
            continue
    return None
