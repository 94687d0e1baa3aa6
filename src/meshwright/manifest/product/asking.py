"""Asking: can what the checks of a product ask of its inputs be told, and by which columns?"""

from collections.abc import Iterable, Iterator

from meshwright.manifest.codes import Code
from meshwright.manifest.product.subject import Subject
from meshwright.model.contract import LEDGER_COLUMNS, Check, LogicalType, Metric, OfInput
from meshwright.model.diagnostic import Location
from meshwright.model.naming import sql_name
from meshwright.model.product import FilesSource, InputPort, OutputPort, OutputTable, PublishMode
from meshwright.model.spelling import did_you_mean

_TIMES = (LogicalType.TIMESTAMP, LogicalType.DATE)

Found = Iterator[tuple[Code, Location | None, str, str]]


def check_asking(subject: Subject, inputs: Iterable[InputPort], outputs: Iterable[OutputPort]) -> None:
    """Report checks that ask of an input what nothing can tell."""
    known = {sql_name(port.name): port for port in inputs}
    for table in (table for port in outputs for table in port.tables):
        for check in table.contract.checks:
            if check.of_input is not None:
                for code, at, message, hint in _wrong(table, check, check.of_input, known):
                    assert at is not None, "it was written somewhere"  # noqa: S101
                    subject.problems.error(code, at, message, hint)


def _wrong(table: OutputTable, check: Check, asked: OfInput, known: dict[str, InputPort]) -> Found:
    port = known.get(asked.name)
    if table.virtual is not None:
        message = f"what another store serves is made of no input, and `{check.name}` asks of one"
        yield Code.UNANSWERED, asked.at, message, "remove it, or copy the table: read it as an input"
    elif port is None:
        names = [p.name for p in known.values()]
        yield Code.UNDECLARED, asked.at, f"`{asked.name}` is no input of this product", did_you_mean(asked.name, names)
    elif check.metric is Metric.LOST_ROWS:
        yield from _lost(table, check, asked, port)
    else:
        yield from _aged(asked, port)


def _lost(table: OutputTable, check: Check, asked: OfInput, port: InputPort) -> Found:
    if port.source is None:
        message = f"nobody knows which rows of `{port.port}` the product should read, so none can be lost"
        yield Code.UNANSWERED, asked.at, message, "ask it of a source; of a column that refers to it, `relationships`"
        return
    added = {c.name for c in LEDGER_COLUMNS} if table.mode is PublishMode.LEDGER else set()
    own = {c.name: c for c in table.contract.columns if c.name not in added}
    for name in check.columns:
        column = own.get(name)
        if column is None:
            hint = did_you_mean(name, own)
            yield Code.UNDECLARED, asked.columns_at, f"`{table.name}` is made with no column `{name}`", hint
        elif column.mask is not None:
            message = f"`{name}` is masked, and is nowhere in `{port.name}` as it is here"
            yield Code.UNANSWERED, asked.columns_at, message, "name another column, or leave `by` out to count rows"
    yield from _undeclared(asked, port)


def _aged(asked: OfInput, port: InputPort) -> Found:
    if asked.columns and port.source is None:
        message = f"how old `{port.name}` is, its product says: up to when it is complete"
        yield Code.UNANSWERED, asked.columns_at, message, "remove `by`"
        return
    if not asked.columns and port.source is not None and not isinstance(port.source, FilesSource):
        message = f"`{port.name}` has nothing that says how old it is"
        yield Code.UNANSWERED, asked.at, message, "add `by: <its column of time>`"
    yield from _undeclared(asked, port)
    kinds = {c.name: c.type for c in port.columns}
    for name in asked.columns:
        if name in kinds and kinds[name] not in _TIMES:
            message = f"`{name}` is a column of type `{kinds[name]}`, and says no time"
            yield Code.UNANSWERED, asked.columns_at, message, "name a column that is a timestamp or a date"


def _undeclared(asked: OfInput, port: InputPort) -> Found:
    """Yield the columns that a source is declared without; of one that declares nothing, the run will tell."""
    declared = [c.name for c in port.columns]
    for name in asked.columns if declared else ():
        if name not in declared:
            hint = did_you_mean(name, declared)
            yield Code.UNDECLARED, asked.columns_at, f"`{port.name}` has no column `{name}`", hint
