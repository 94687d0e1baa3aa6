"""Messages: the line of JSON that one is, or what is wrong with it as columns are declared.

The text of a message that is JSON is passed on, not what Python makes of it.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from meshwright.model.contract import Column, LogicalType

_LARGEST = Decimal(10) ** 29
"""What numbers are less than, as engines hold them: 38 digits, of which nine are decimals."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Poison(Exception):
    """A message cannot be a row; says why, and nothing that is in it."""


Read = Callable[[bytes], tuple[str, Any]]
"""Makes JSON of a message: its text, and what that says. Raises `Poison`."""


def parsed(value: bytes) -> tuple[str, Any]:
    """Return a message that is JSON as it is."""
    try:
        text = value.decode()
        return text, json.loads(text, parse_constant=_refuse)
    except UnicodeDecodeError:
        raise Poison("it is not UTF-8") from None
    except (ValueError, RecursionError):
        raise Poison("it is not JSON") from None


def line_of(value: bytes | None, columns: Sequence[Column], read: Read = parsed) -> str:
    """Return a message as one line. Raises `Poison`."""
    if value is None:
        raise Poison("it is empty: a tombstone")
    text, found = read(value)
    if not isinstance(found, dict):
        raise Poison("it is not a JSON object")
    for column in columns:
        told = found.get(column.name)
        if told is not None and not _IS[column.type](told):
            raise Poison(f"its `{column.name}` is no {column.type}")
    return text.replace("\r", " ").replace("\n", " ")  # between values only: inside of them they are escaped


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _is_integer(value: Any) -> bool:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return (whole or (isinstance(value, float) and value.is_integer())) and -(2**63) <= value < 2**63


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return False
    try:
        number = Decimal(value)
    except InvalidOperation:
        return False
    return number.is_finite() and abs(number) < _LARGEST


def _reads(read: Callable[[str], object], begins: re.Pattern[str]) -> Callable[[Any], bool]:
    def reads(value: Any) -> bool:
        if not isinstance(value, str) or not begins.match(value):
            return False
        try:
            read(value)
        except ValueError:
            return False
        return True

    return reads


_IS: Mapping[LogicalType, Callable[[Any], bool]] = {
    LogicalType.STRING: lambda value: isinstance(value, str),
    LogicalType.INTEGER: _is_integer,
    LogicalType.NUMBER: _is_number,
    LogicalType.BOOLEAN: lambda value: isinstance(value, bool),
    LogicalType.DATE: _reads(date.fromisoformat, _DAY),
    LogicalType.TIMESTAMP: _reads(datetime.fromisoformat, _DAY),
    LogicalType.TIME: _reads(time.fromisoformat, re.compile(r"\d{2}:\d{2}")),
    LogicalType.OBJECT: lambda value: isinstance(value, dict),
    LogicalType.ARRAY: lambda value: isinstance(value, list),
}
