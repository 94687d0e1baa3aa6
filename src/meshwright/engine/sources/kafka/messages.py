"""Messages: the line of JSON that one is, or what is wrong with it as columns are declared.

The text of a message that is JSON is passed on, not what Python makes of it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from meshwright.engine.sources.json_text import NotAlike, read_json
from meshwright.model.contract import Column, LogicalType

_LARGEST = Decimal(10) ** 29
"""What numbers are less than, as engines hold them: 38 digits, of which nine are decimals."""

_LONGEST = 16 * 1024 * 1024
"""Bytes that a line of JSON is less than; DuckDB reads no longer one."""

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?")
_ZONE = re.compile(r"Z|[+-][0-9]{2}:[0-9]{2}")
_INSTANT = re.compile(rf"{_DAY.pattern}([T ]{_TIME.pattern}({_ZONE.pattern})?)?")
"""What Python and all engines read alike: each reads more besides, and BigQuery no time without seconds."""


class Poison(Exception):
    """A message cannot be a row; says why, and nothing that is in it."""


Read = Callable[[bytes], tuple[str, Any]]
"""Makes JSON of a message: its text, and what that says. Raises `Poison`."""


def parsed(value: bytes) -> tuple[str, Any]:
    """Return a message that is JSON as it is."""
    try:
        text = value.decode()
        return text, read_json(text)
    except UnicodeDecodeError:
        raise Poison("it is not UTF-8") from None
    except NotAlike as why:
        raise Poison(f"it {why}") from None


def line_of(value: bytes | None, columns: Sequence[Column], read: Read = parsed) -> str:
    """Return a message as one line. Raises `Poison`."""
    if value is None:
        raise Poison("it is empty: a tombstone")
    _refuse_long(len(value))
    text, found = read(value)
    if not isinstance(found, dict):
        raise Poison("it is not a JSON object")
    for column in columns:
        told = found.get(column.name)
        if told is not None and not _IS[column.type](told):
            raise Poison(f"its `{column.name}` is no {column.type}")
    if len(text) >= _LONGEST // 4:  # in characters, of which each is four bytes at most
        _refuse_long(len(text.encode()))
    return text.replace("\r", " ").replace("\n", " ")  # between values only: inside of them they are escaped


def _refuse_long(size: int) -> None:
    if size >= _LONGEST:
        raise Poison("it is longer than 16 MB")


def _is_integer(value: Any) -> bool:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return (whole or (isinstance(value, float) and value.is_integer())) and -(2**63) <= value < 2**63


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return False
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        return False
    number = Decimal(value)
    return number.is_finite() and abs(number) < _LARGEST


def _reads(read: Callable[[str], object], written: re.Pattern[str]) -> Callable[[Any], bool]:
    def reads(value: Any) -> bool:
        if not isinstance(value, str) or not written.fullmatch(value):
            return False
        try:
            read(value)
        except (ValueError, OverflowError):
            return False
        return True

    return reads


def _instant(text: str) -> datetime:
    """Read an instant, which is one in UTC, too: the first and the last years have some that are not."""
    found = datetime.fromisoformat(text)
    return found.astimezone(UTC) if found.tzinfo else found


_IS: Mapping[LogicalType, Callable[[Any], bool]] = {
    LogicalType.STRING: lambda value: isinstance(value, str),
    LogicalType.INTEGER: _is_integer,
    LogicalType.NUMBER: _is_number,
    LogicalType.BOOLEAN: lambda value: isinstance(value, bool),
    LogicalType.DATE: _reads(date.fromisoformat, _DAY),
    LogicalType.TIMESTAMP: _reads(_instant, _INSTANT),
    LogicalType.TIME: _reads(time.fromisoformat, _TIME),
    LogicalType.OBJECT: lambda value: isinstance(value, dict),
    LogicalType.ARRAY: lambda value: isinstance(value, list),
}
