"""Masks: the columns that a transform makes, as consumers may read them: cast, masked, in one pass."""

from collections.abc import Iterable, Mapping

from meshwright.engine.bigquery.connection import name
from meshwright.engine.bigquery.keysets import Keyset
from meshwright.engine.bigquery.types import TYPES, cast
from meshwright.engine.bound import Bound
from meshwright.model.contract import Column, LogicalType
from meshwright.model.mask import Pseudonym, Redact, TruncateText, TruncateTime


def made_list(columns: Iterable[Column], bound: Bound, keysets: Mapping[str, Keyset]) -> str:
    """Return a select list that brings each column to its contract's type, in the contract's order, and masks it."""
    return ", ".join(f"{_made(column, bound, keysets)} AS {name(column.name)}" for column in columns)


def _made(column: Column, bound: Bound, keysets: Mapping[str, Keyset]) -> str:
    value = cast(name(column.name), column.type)
    match column.mask:
        case None:
            return value
        case Redact(None):
            return f"CAST(NULL AS {TYPES[column.type]})"
        case Redact(left):
            return f"IF({value} IS NULL, NULL, {bound.bind(left)})"
        case TruncateText(length):
            return f"LEFT({value}, {length})"
        case TruncateTime(unit) if column.type is LogicalType.DATE:
            return f"DATE_TRUNC({value}, {unit.value.upper()})"
        case TruncateTime(unit):
            return f"TIMESTAMP_TRUNC({value}, {unit.value.upper()}, 'UTC')"
        case Pseudonym(space):
            return keysets[space].pseudonym(value)
