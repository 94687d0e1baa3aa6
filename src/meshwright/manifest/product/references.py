"""References: what must rows of a table refer to, and is it there? The standard's relationships, as checks."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from meshwright.manifest.codes import Code
from meshwright.manifest.product.subject import Subject
from meshwright.manifest.shapes.odcs import Relationship, Table
from meshwright.manifest.shapes.shape import unread
from meshwright.manifest.text.place import Place
from meshwright.manifest.text.problems import Problems
from meshwright.model.contract import Check, ForeignKey, Metric, Operator
from meshwright.model.naming import sql_name
from meshwright.model.product import InputPort, OutputPort, OutputTable
from meshwright.model.spelling import did_you_mean
from meshwright.model.value import value

_END = "name as many columns of one table on either side, in the same order"


def references(table: Table, place: Place, problems: Problems) -> Iterator[Check]:
    """Yield the checks that a table's relationships are."""
    for number, column in enumerate(table.properties):
        for n, said in enumerate(column.relationships):
            here = place["properties"][number]["relationships"][n]
            if said.from_ is not None:
                message = f"a relationship of `{column.name}` says itself what it is from"
                hint = "remove `from`, or write it under the table's `relationships`"
                problems.error(Code.CONFLICT, here["from"].at_key, message, hint)
            yield from _reference(said, (column.name,), here, problems)
    for n, said in enumerate(table.relationships):
        here = place["relationships"][n]
        own = _columns(said.from_, table, here, problems)
        if own:
            yield from _reference(said, own, here, problems)


def _columns(said: str | list[str] | None, table: Table, place: Place, problems: Problems) -> tuple[str, ...]:
    """Return the columns of a table that a relationship is from; none, and the reason, where it has others."""
    if said is None:
        hint = f"add `from: {table.name}.<column>`"
        problems.error(Code.MISSING_KEY, place.at, "a relationship of a table does not say what it is from", hint)
        return ()
    known = {column.name for column in table.properties}
    found = []
    for reference in _listed(said):
        owner, _, column = reference.partition(".")
        if owner != table.name or column not in known:
            hint = did_you_mean(reference, [f"{table.name}.{name}" for name in known])
            problems.error(Code.UNDECLARED, place["from"].at, f"`{reference}` is no column of this table", hint)
        found.append(column)
    return tuple(found) if known.issuperset(found) else ()


def _reference(said: Relationship, own: tuple[str, ...], place: Place, problems: Problems) -> Iterator[Check]:
    unread(said, place, problems)
    ends = [reference.rpartition(".") for reference in _listed(said.to)]
    tables = {table for table, _, _ in ends}
    if len(tables) > 1 or len(ends) != len(own):
        message = f"{len(own)} column{'s' if len(own) > 1 else ''} cannot refer to {', '.join(_listed(said.to))}"
        problems.error(Code.CHECK, place["to"].at, message, _END)
        return
    yield Check(
        name=f"{'-'.join(own)}-references",
        metric=Metric.REFERENCES,
        operator=Operator.EQUAL,
        threshold=(Decimal(0),),
        columns=own,
        refers_to=ForeignKey(tables.pop(), tuple(column for _, _, column in ends)),
        at=place["to"].at,
    )


def _listed(said: str | list[str]) -> list[str]:
    return said if isinstance(said, list) else [said]


@value
class _Known:
    """What rows of a product may refer to: the columns of its tables, and of its inputs as far as they are declared.

    Which tables the inputs have that are other products' `ports`, nobody knows here.
    """

    tables: Mapping[str, frozenset[str]]
    inputs: Mapping[str, frozenset[str]]
    ports: frozenset[str]

    def columns(self, table: str) -> frozenset[str] | None:
        """Return the columns of a table, none where they are not known here; None where there is no such table."""
        head, several, _ = table.partition(".")
        if several:
            return frozenset() if head in self.ports else None
        return self.tables.get(table, self.inputs.get(table))


def referring(subject: Subject, inputs: Iterable[InputPort], outputs: tuple[OutputPort, ...]) -> tuple[OutputPort, ...]:
    """Return output ports whose references are known to be to a table of the product or to an input; report others."""
    tables = [table for port in outputs for table in port.tables]
    if not any(check.refers_to for table in tables for check in table.contract.checks):
        return outputs
    known = _Known(
        {sql_name(table.name): frozenset(c.name for c in table.contract.columns) for table in tables},
        {sql_name(port.name): frozenset(c.name for c in port.columns) for port in inputs},
        frozenset(sql_name(port.name) for port in inputs if port.port is not None),
    )
    return tuple(
        replace(port, tables=tuple(_referring(subject, table, known) for table in port.tables)) for port in outputs
    )


def _referring(subject: Subject, table: OutputTable, known: _Known) -> OutputTable:
    checks = tuple(_resolved(subject, check, known) if check.refers_to else check for check in table.contract.checks)
    return replace(table, contract=replace(table.contract, checks=checks))


def _resolved(subject: Subject, check: Check, known: _Known) -> Check:
    to = check.refers_to
    assert to is not None, "it refers to something"  # noqa: S101
    assert check.at is not None, "it was written somewhere"  # noqa: S101
    named = sql_name(to.table.lower() if "." in to.table else to.table)
    columns = known.columns(named)
    if columns is None:
        hint = did_you_mean(to.table, [*known.tables, *known.inputs])
        message = f"`{to.table}` is neither a table of this product nor an input of it"
        subject.problems.error(Code.UNDECLARED, check.at, message, hint)
        return check
    for column in to.columns if columns else ():
        if column not in columns:
            hint = did_you_mean(column, columns)
            subject.problems.error(Code.UNDECLARED, check.at, f"`{to.table}` has no column `{column}`", hint)
    return replace(check, refers_to=replace(to, table=named, is_input=named not in known.tables))
