"""Custom: what does a check of our own engine hold, in the words of every other check?

ODCS gives such checks no operator: what they permit is part of their `implementation`.
"""

from decimal import Decimal

from meshwright.manifest.shapes.odcs import Implementation, InputAge, LostRows
from meshwright.manifest.text.place import Place
from meshwright.model.contract import Check, Metric, OfInput, Operator, Unit
from meshwright.model.naming import sql_name

_NONE = (Decimal(0),)


def called(said: Implementation | None) -> str:
    """Return the one word for what a check does; empty where it does not say."""
    match said:
        case LostRows():
            return Metric.LOST_ROWS.value
        case InputAge():
            return Metric.INPUT_AGE.value
        case _:
            return said or ""


def custom(said: Implementation, place: Place) -> Check:
    """Return a check of our own, by the word for what it does."""
    match said:
        case LostRows(by=by, at_most=share):
            own, theirs = _pairs(by)
            of_input = OfInput(sql_name(said.lost_rows), theirs, place["lostRows"].at, place["by"].at)
            if share is None:
                return Check(called(said), Metric.LOST_ROWS, Operator.EQUAL, _NONE, own, of_input=of_input)
            most = (share.value * 100,)
            kind, unit = Metric.LOST_ROWS, Unit.PERCENT
            return Check(called(said), kind, Operator.LESS_OR_EQUAL, most, own, unit, of_input=of_input)
        case InputAge(by=by):
            columns = (by,) if by else ()
            of_input = OfInput(sql_name(said.input_age), columns, place["inputAge"].at, place["by"].at)
            seconds = (Decimal(int(said.at_most.total_seconds())),)
            return Check(called(said), Metric.INPUT_AGE, Operator.LESS_OR_EQUAL, seconds, of_input=of_input)
        case _:
            return Check(called(said), Metric.HASH_CHAIN, Operator.EQUAL, _NONE)


def _pairs(by: list[str] | dict[str, str] | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the columns of a table that name a row, and those of the source that do so there."""
    match by:
        case dict():
            return tuple(by), tuple(by.values())
        case _:
            return tuple(by or ()), tuple(by or ())
