"""Fit: does the SELECT make exactly the columns that the contract promises, of the promised types?"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from meshwright.model.analysis import OutputColumn
from meshwright.model.contract import Contract, LogicalType
from meshwright.model.diagnostic import Diagnostic, Location, Severity
from meshwright.model.spelling import did_you_mean
from meshwright.sql.codes import Code, error

if TYPE_CHECKING:  # brings sqlglot, which a table without SQL has no need of
    from meshwright.sql.text import SqlText

# A whole number is a number; nothing else stands for another type without a cast that somebody wrote.
_WIDENS = {(LogicalType.INTEGER, LogicalType.NUMBER)}


def fits(found: LogicalType | None, promised: LogicalType) -> bool:
    """Tell whether a value of the type that was found keeps the promise; what is not known is not blamed."""
    return found in (None, promised) or (found, promised) in _WIDENS


def empty(
    contract: Contract, columns: tuple[OutputColumn, ...], places: tuple[Location, ...], why: Mapping[int, str]
) -> Iterator[Diagnostic]:
    """Warn of what the contract promises in every row, and the SELECT leaves empty in some: the check would fail."""
    for index, (column, at) in enumerate(zip(columns, places, strict=True)):
        promised = contract.column(column.name)
        if promised is not None and (promised.required or promised.primary_key) and index in why:
            word = "required" if promised.required else "part of the primary key"
            message = f"`{column.name}` is {word}, but may be empty: {why[index]}"
            hint = "fill it with `coalesce(…)`, leave those rows out, or do not require it"
            yield Diagnostic(at, Code.NULLABLE.value, Severity.WARNING, message, hint)


def misfits(
    text: "SqlText", contract: Contract, columns: tuple[OutputColumn, ...], places: tuple[Location, ...]
) -> Iterator[Diagnostic]:
    """Hold the columns of a SELECT, each with its place in the text, against the contract of its port."""
    made: set[str] = set()
    kept = {c.name for c in contract.columns}
    names = kept - {c.name for c in columns}
    for column, at in zip(columns, places, strict=True):
        promised = contract.column(column.name)
        if column.name in made:
            yield error(Code.NAME, f"two columns are called `{column.name}`", at, "give one another name")
        elif promised is None:
            hint = did_you_mean(column.name, names, otherwise="add it to the contract")
            yield error(Code.NOT_PROMISED, f"`{column.name}` is not in the contract", at, hint)
        elif not fits(column.type, promised.type):
            message = f"`{column.name}` is of type {column.type}, but the contract says {promised.type}"
            yield error(Code.TYPE, message, at, "cast it, or correct the contract")
        made.add(column.name)
    for promised in contract.columns:
        if promised.name not in made:
            message = f"`{promised.name}` is in the contract, but {text.file} does not select it"
            hint = did_you_mean(promised.name, made - kept, otherwise="select it, or take it out of the contract")
            yield error(Code.NOT_SELECTED, message, promised.at or text.place(0, 0), hint)
