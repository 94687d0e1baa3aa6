"""Possible: can a check ever hold? What is counted is 0 or more, and whole; a percentage is from 0 to 100."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations_with_replacement
from math import floor

from meshwright.manifest.codes import Code
from meshwright.manifest.text.place import Place
from meshwright.manifest.text.problems import Problems
from meshwright.model.contract import ROW_METRICS, Check, Metric, Unit

_NONE, _ALL = Decimal(0), Decimal(100)


def check_possible(check: Check, place: Place, problems: Problems) -> None:
    """Say so when no number that can be measured is where a check wants it."""
    if check.metric not in (*ROW_METRICS, Metric.ROW_COUNT):
        return  # what SQL answers can be any number
    share = check.unit is Unit.PERCENT
    if any(map(check.permits, _shares(check) if share else _counts(check))):
        return
    what = "a percentage is from 0 to 100" if share else f"`{check.metric}` counts rows"
    hint = "write what is right, such as `mustBe: 0`"
    at = place[check.operator].at
    problems.error(Code.VALUE, at, f"this `{check.operator}` can never hold: {what}", hint)


def _counts(check: Check) -> Iterator[Decimal]:
    """Yield whole numbers of which one is permitted if any is: those at the thresholds and beside them."""
    yield _NONE
    for number in check.threshold:
        whole = floor(number)  # an int is exact, however large
        yield from (Decimal(near) for near in (whole - 1, whole, whole + 1) if near >= 0)


def _shares(check: Check) -> Iterator[Decimal]:
    """Yield percentages of which one is permitted if any is: the thresholds, the ends, and what is between two."""
    ends = [_NONE, _ALL, *(min(max(number, _NONE), _ALL) for number in check.threshold)]
    yield from ((low + high) / 2 for low, high in combinations_with_replacement(ends, 2))
