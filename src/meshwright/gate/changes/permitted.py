"""Permitted: which measurements does a check permit, and are they fewer than before?

A check is the set of measurements that it permits; it is looser when it permits one that it did not. Rows are counted
in whole numbers, a share of them lies between 0 and 100 %, and what a query gives may be any number.
"""

from collections.abc import Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import Enum
from typing import NamedTuple

from meshwright.model.contract import Check, Metric, Operator, Unit


class Direction(Enum):
    """Which way a promise moved."""

    SAME = "same"
    TIGHTER = "tighter"
    LOOSER = "looser"


class _Range(NamedTuple):
    """The numbers from `low` to `high`; the second number of each is 0 where the bound itself belongs to them."""

    low: tuple[Decimal, int]
    high: tuple[Decimal, int]

    @property
    def is_empty(self) -> bool:
        return self.low > self.high

    def within(self, other: "_Range") -> bool:
        return self.low >= other.low and self.high <= other.high


_NONE, _ALL = Decimal(0), Decimal(100)
_LEAST, _MOST = (Decimal("-Infinity"), 0), (Decimal("Infinity"), 0)
_ONLY_NONE = (_Range((_NONE, 0), (_NONE, 0)),)


def compared(before: Check, after: Check) -> Direction:
    """Return which way the permitted measurements moved between two checks that measure the same."""
    old, new = permitted(before), permitted(after)
    if before.unit is not after.unit:  # no row is no share of any rows, and nothing else can be compared
        same, tighter = old == new == _ONLY_NONE, new == _ONLY_NONE and _covers(old, new)
    else:
        same, tighter = old == new, _covers(old, new)
    return Direction.SAME if same else Direction.TIGHTER if tighter else Direction.LOOSER


def permitted(check: Check) -> tuple[_Range, ...]:
    """Return the measurements that a check permits, as ranges in their order that do not meet."""
    ranges = _ranges(check)
    if check.metric is not Metric.SQL and check.unit is Unit.PERCENT:
        ranges = tuple(_Range(max(r.low, (_NONE, 0)), min(r.high, (_ALL, 0))) for r in ranges)
    elif check.metric is not Metric.SQL:
        ranges = tuple(_joined(r for r in map(_whole, ranges) if not r.is_empty))
    return tuple(r for r in ranges if not r.is_empty)


def _covers(old: tuple[_Range, ...], new: tuple[_Range, ...]) -> bool:
    return all(any(part.within(known) for known in old) for part in new)


_AROUND = {Operator.NOT_EQUAL: 1, Operator.NOT_BETWEEN: 0}
"""The operators that permit what is outside: 1 where the numbers themselves are not."""


def _ranges(check: Check) -> tuple[_Range, ...]:
    """Return what an operator permits, of any numbers. `between` excludes its ends, as ODCS says."""
    low, high = check.threshold[0], check.threshold[-1]
    if check.operator in _AROUND:
        own = _AROUND[check.operator]
        return (_Range(_LEAST, (low, -own)), _Range((high, own), _MOST))
    match check.operator:
        case Operator.LESS:
            return (_Range(_LEAST, (high, -1)),)
        case Operator.LESS_OR_EQUAL:
            return (_Range(_LEAST, (high, 0)),)
        case Operator.GREATER:
            return (_Range((low, 1), _MOST),)
        case Operator.GREATER_OR_EQUAL:
            return (_Range((low, 0), _MOST),)
        case Operator.BETWEEN:
            return (_Range((low, 1), (high, -1)),)
    return (_Range((low, 0), (low, 0)),)


def _whole(numbers: _Range) -> _Range:
    """Return the whole numbers of a range, from 0 on."""
    (low, above), (high, below) = numbers
    if low.is_finite():
        low = low.to_integral_value(ROUND_FLOOR) + 1 if above else low.to_integral_value(ROUND_CEILING)
    if high.is_finite():
        high = high.to_integral_value(ROUND_CEILING) - 1 if below else high.to_integral_value(ROUND_FLOOR)
    return _Range((max(low, _NONE), 0), (high, 0))


def _joined(ranges: Iterator[_Range]) -> Iterator[_Range]:
    """Yield ranges of whole numbers, those as one that leave none out between them."""
    last: _Range | None = None
    for part in ranges:
        if last is not None and part.low[0] <= last.high[0] + 1:
            last = _Range(last.low, max(last.high, part.high))
            continue
        if last is not None:
            yield last
        last = part
    if last is not None:
        yield last
