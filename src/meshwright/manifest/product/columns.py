"""Columns: what does a port say of its columns for which a contract has no word?"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from meshwright.manifest.codes import Code
from meshwright.manifest.product.masks import masked
from meshwright.manifest.product.subject import Subject
from meshwright.manifest.shapes.documents import ColumnBlock, OutputPortBlock
from meshwright.manifest.text.place import Place
from meshwright.model.contract import Column, Contract
from meshwright.model.spelling import did_you_mean
from meshwright.model.value import value


@value
class _Said:
    """What is said of one column, and where."""

    block: ColumnBlock
    place: Place


def described(
    subject: Subject, block: OutputPortBlock, place: Place, tables: tuple[Contract, ...], key: str
) -> tuple[Contract, ...]:
    """Return the tables of a port, their columns with what the port says of them; `key` is the port's in a trace."""
    if not block.columns:
        return tables
    said = _said(subject, block, place["columns"], tables)
    several = len(tables) > 1
    return tuple(_table(subject, t, said, f"{key}.{t.table}" if several else key) for t in tables)


def _table(subject: Subject, table: Contract, said: Mapping[tuple[str, str], _Said], key: str) -> Contract:
    columns = []
    for column in table.columns:
        more = said.get((table.table, column.name))
        columns.append(_column(subject, column, more, f"{key}.columns.{column.name}") if more else column)
    return replace(table, columns=tuple(columns))


def _said(
    subject: Subject, block: OutputPortBlock, place: Place, tables: tuple[Contract, ...]
) -> dict[tuple[str, str], _Said]:
    """Return what is said by table and column; who names no column, or more than one, is told so."""
    found: dict[tuple[str, str], _Said] = {}
    for name, says in block.columns.items():
        here, meant = place[name], list(_meant(name, tables))
        match meant:
            case []:
                hint = did_you_mean(name, _likely(name, tables))
                subject.problems.error(Code.UNDECLARED, here.at_key, f"there is no column `{name}`", hint)
            case [one] if one in found:
                hint = f"it is on line {found[one].place.line} already"
                subject.problems.error(Code.DUPLICATE, here.at_key, f"the column `{one[1]}` is there twice", hint)
            case [one]:
                found[one] = _Said(says, here)
            case several:
                choices = " or ".join(f"`{table}.{column}`" for table, column in several)
                message = f"{len(several)} tables of the port have a column `{name}`"
                subject.problems.error(Code.CONFLICT, here.at_key, message, f"write {choices}")
    return found


def _meant(name: str, tables: tuple[Contract, ...]) -> Iterable[tuple[str, str]]:
    table, _, column = name.rpartition(".")
    found = ((t.table, c.name) for t in tables for c in t.columns if table in ("", t.table) and c.name == column)
    return dict.fromkeys(found)  # a column that is there twice is one that is said to be, elsewhere


def _likely(name: str, tables: tuple[Contract, ...]) -> list[str]:
    """Return the columns that may have been meant: of this name in another table, else all of them."""
    known = [(t.table, c.name) for t in tables for c in t.columns]
    alike = [one for one in known if one[1] == name.rpartition(".")[2]]
    return [column if len(tables) == 1 else f"{table}.{column}" for table, column in alike or known]


def _column(subject: Subject, column: Column, said: _Said, key: str) -> Column:
    return masked(subject, _meaning(subject, column, said, key), said.block.mask, said.place["mask"], key)


def _meaning(subject: Subject, column: Column, said: _Said, key: str) -> Column:
    name = said.block.term
    if name is None:
        return column
    subject.trace.note(f"{key}.term", name, said.place["term"])
    glossary = subject.declared.glossary
    term = None if glossary is None else glossary.get(name)
    if term is None:
        if glossary is not None:
            hint = did_you_mean(name, glossary, otherwise="add it to `glossary` in mesh.yaml")
            message = f"the glossary has no term `{name}`"
            subject.problems.error(Code.UNDECLARED, said.place["term"].at, message, hint)
        return replace(column, term=name)
    given = f"{term.at.file}:{term.at.line}" if term.at else term.name
    if not column.description:
        subject.trace.note(f"{key}.description", term.description, given)
    if term.classification and not column.classification:
        subject.trace.note(f"{key}.classification", term.classification, given)
    return replace(
        column,
        term=name,
        description=column.description or term.description,
        classification=column.classification or term.classification,
    )
