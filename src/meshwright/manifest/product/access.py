"""Access: who may read a port, and which of its rows do people see who may not read all of it?"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from meshwright.manifest.codes import Code
from meshwright.manifest.product.examples import instead
from meshwright.manifest.product.subject import Subject
from meshwright.manifest.shapes.documents import OutputPortBlock
from meshwright.manifest.shapes.values import value_text
from meshwright.manifest.text.place import Place
from meshwright.manifest.text.problems import Problems
from meshwright.manifest.text.wording import quoted, told
from meshwright.model.contract import Column, LogicalType
from meshwright.model.offer import RowGrant
from meshwright.model.product import OutputTable
from meshwright.model.spelling import did_you_mean

_PLAIN = (LogicalType.STRING, LogicalType.INTEGER, LogicalType.BOOLEAN, LogicalType.DATE)
"""The types of which two values are the same or not, however they are written."""

Access = tuple[tuple[str, ...] | None, tuple[RowGrant, ...]]
"""The domains that may read all of a port (None: every domain), and what the people of others see."""


def access(subject: Subject, block: OutputPortBlock, place: Place, key: str, tables: Sequence[OutputTable]) -> Access:
    """Return who may read a port."""
    said, here = block.access, place["access"]
    if said is None:
        return None, ()
    if not said.domains and not said.rows:
        hint = "add `domains: […]` or `rows: {…}`, or remove it: every domain may read the port then"
        subject.problems.error(Code.MISSING_KEY, here.at_key, "`access` names nobody", hint)
    for at, message, hint in _vain(subject, block, here["rows"]):
        subject.problems.error(Code.CONFLICT, at.at_key, message, hint)
    found = []
    for domain, columns in said.rows.items():
        there = here["rows"][domain]
        _check_columns(columns, there, tables, subject.problems)
        shown = ((column, _texts(values)) for column, values in sorted(columns.items()))
        found.append(RowGrant(domain, tuple(shown)))
        subject.trace.note(f"{key}.access.rows.{domain}", found[-1], there)
    readers = tuple(sorted(set(said.domains)))
    if readers:
        subject.trace.note(f"{key}.access.domains", ", ".join(readers), here["domains"])
    return readers, tuple(sorted(found, key=lambda grant: grant.domain))


def _vain(subject: Subject, block: OutputPortBlock, place: Place) -> Iterator[tuple[Place, str, str]]:
    """Yield what no grant of rows can do, and what to do instead."""
    said = block.access
    if said is None or not said.rows:
        return
    if block.virtual is not None:
        hint = "have its store limit who sees which rows, or name the domains under `domains`"
        yield place, "what another store serves, that store shows or hides", hint
    for domain in said.rows:
        if domain == subject.address.domain:
            yield place[domain], f"`{domain}` makes the port, and sees all of its rows", "remove it"
        elif domain in said.domains:
            yield place[domain], f"`{domain}` is one of the `domains`, which see all rows", "name it in one place"


def _check_columns(
    columns: Mapping[str, Sequence[str | float]], place: Place, tables: Iterable[OutputTable], problems: Problems
) -> None:
    """Report columns that a table of the port does not have, or that cannot tell rows, and values that none has."""
    for called, values in columns.items():
        for table in tables:
            column = next((c for c in table.columns if c.name == called), None)
            if column is None:
                message = f"the table `{table.name}` has no column `{called}`"
                hint = did_you_mean(called, (c.name for c in table.columns))
                problems.error(Code.UNDECLARED, place[called].at_key, message, hint)
            elif wrong := _unfit(column):
                problems.error(Code.ROWS, place[called].at_key, *wrong)
            else:
                _check_values(column, values, place[called], problems)


def _unfit(column: Column) -> tuple[str, str] | None:
    """Return why no value of a column can be named, and what to do instead."""
    if column.type not in _PLAIN:
        hint = f"name a column of type {quoted(_PLAIN, 'or')}"
        return f"rows cannot be told by `{column.name}`, which is of type `{column.type}`", hint
    if column.mask is not None:
        hint = "name a column that is published as it is"
        return f"rows cannot be told by `{column.name}`: it is masked, and no row has a value that stands here", hint
    return None


def _check_values(column: Column, values: Sequence[str | float], place: Place, problems: Problems) -> None:
    for number, value in enumerate(values):
        hint = instead(column.type, value)
        if hint is not None:
            message = f"{told(value)} is no value of `{column.name}`, which is of type `{column.type}`"
            problems.error(Code.ROWS, place[number].at, message, hint)


def _texts(values: Sequence[str | float]) -> tuple[str, ...]:
    """Return values in one order, each once; a day is written in one way only."""
    return tuple(sorted({_day(value_text(value)) for value in values}))


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return text
