"""Examples: can a column have the values that are shown of it?"""

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation

from meshwright.manifest.codes import Code
from meshwright.manifest.shapes.odcs import Property
from meshwright.manifest.shapes.values import value_text
from meshwright.manifest.text.place import Place
from meshwright.manifest.text.problems import Problems
from meshwright.manifest.text.wording import told
from meshwright.model.contract import LogicalType

_READERS: dict[LogicalType, Callable[[str], object]] = {
    LogicalType.INTEGER: int,
    LogicalType.NUMBER: Decimal,
    LogicalType.BOOLEAN: {"true": True, "false": False}.__getitem__,
    LogicalType.DATE: date.fromisoformat,
    LogicalType.TIMESTAMP: datetime.fromisoformat,
    LogicalType.TIME: time.fromisoformat,
}
"""What reads a value of a type; every value can be text, and of objects and arrays nothing is known."""
_KINDS: dict[LogicalType, tuple[type, ...]] = {
    LogicalType.STRING: (str,),
    LogicalType.INTEGER: (int,),
    LogicalType.NUMBER: (int, float),
    LogicalType.BOOLEAN: (bool,),
}
"""As what YAML reads a value of a type; times are text to it."""
_WRITE = {
    LogicalType.DATE: "write it as `2013-01-01`",
    LogicalType.TIMESTAMP: "write it as `2013-01-01T06:00:00Z`",
    LogicalType.TIME: "write it as `06:00`",
    LogicalType.BOOLEAN: "write `true` or `false`",
    LogicalType.INTEGER: "write a whole number",
    LogicalType.NUMBER: "write a number, such as `1.5`",
}


def check_examples(column: Property, place: Place, problems: Problems) -> None:
    """Say which examples cannot be of their column's type, and which only look as if they were of another one."""
    wanted = column.logical_type
    for number, example in enumerate(column.examples or ()):
        message = f"{told(example)} is no example of a column of type `{wanted}`"
        if not _can_be(wanted, value_text(example)):
            problems.error(Code.VALUE, place[number].at, message, _WRITE[wanted])
        elif type(example) not in _KINDS.get(wanted, (type(example),)):
            hint = "quote it" if wanted is LogicalType.STRING else "write it without quotes"
            problems.warn(Code.VALUE, place[number].at, message, hint)


def instead(wanted: LogicalType, value: str | float) -> str | None:
    """Return how a value of a type is written, where this is none of it; None where it is."""
    fits = _can_be(wanted, value_text(value))
    if fits and type(value) in _KINDS.get(wanted, (str,)):
        return None
    return "write it without quotes" if fits and type(value) is str else _WRITE.get(wanted, "quote it")


def _can_be(wanted: LogicalType, text: str) -> bool:
    try:
        _READERS.get(wanted, str)(text)
    except (ValueError, KeyError, InvalidOperation):
        return False
    return True
