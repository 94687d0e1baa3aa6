"""Listed: is a value of a column among those that a check lists?

A value is what its text says, and a number is as much as it says, however it is written. Numbers are compared as such,
which takes a third of the time that their texts take; a few values one by one, in a third of that of a list.
"""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from meshwright.engine.bound import Bound
from meshwright.engine.duckdb.connection import name
from meshwright.engine.duckdb.types import TYPES, written
from meshwright.engine.judgement import spelled
from meshwright.model.contract import Column, LogicalType

_FEW = 10

_NUMBERS = (LogicalType.INTEGER, LogicalType.NUMBER)


def among(column: Column, values: Sequence[str], bound: Bound) -> str:
    """Return the condition that a value is among those that are listed; not known, or false, where there is none."""
    texts = spelled(values, column.type)
    if column.type not in _NUMBERS:
        return _any_of(written(column), [bound.bind(text) for text in texts])
    kind = TYPES[column.type]
    numbers = [f"CAST({bound.bind(text)} AS {kind})" for text in texts if _fits(text, column.type)]
    return f"coalesce({_any_of(f'TRY_CAST({name(column.name)} AS {kind})', numbers)}, false)" if numbers else "false"


def _any_of(value: str, found: Sequence[str]) -> str:
    if len(found) <= _FEW:
        return f"({' OR '.join(f'{value} = {one}' for one in found)})"
    return f"{value} IN ({', '.join(found)})"


def _fits(text: str, kind: LogicalType) -> bool:
    """Tell whether a text is how an engine writes a number of a type: no other number is written like that."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return False
    if not number.is_finite() or (number.is_zero() and number.is_signed()):
        return False
    if kind is LogicalType.INTEGER:
        return text == str(int(number)) and -(2**63) <= number < 2**63
    return number.copy_abs() < Decimal(10) ** 29  # abs() would round it
