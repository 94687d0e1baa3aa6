"""Answers: what do the checks of a product ask of its inputs, and what has its stage found?

Inputs are asked by `stage`, in the snapshot that the data was made from: by the time of `check` they may have moved on.
Knows no engine.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from meshwright.engine.judgement import judged, unmeasured
from meshwright.model.address import TableAddress
from meshwright.model.contract import Check, Column, Metric, OfInput
from meshwright.model.naming import sql_name
from meshwright.model.personal import may_be_told
from meshwright.model.product import DataProduct, InputPort, OutputTable
from meshwright.model.publish import CheckResult, InputRead, WrongRow
from meshwright.model.value import value

Newest = Callable[[str, str], datetime | None]
"""Returns the newest value of a column of an input, by the names that SQL has for them."""


@value
class Answer:
    """What a stage has found for one check of a table: how many of so many rows, or how many seconds.

    `number` is None where nothing could be told, and `note` says why. `wrong` are some of the rows that are lost.
    """

    table: TableAddress
    check: str
    number: Decimal | None
    rows: int = 0
    wrong: tuple[WrongRow, ...] = ()
    note: str = ""


def asking(table: OutputTable, metric: Metric) -> Iterator[tuple[Check, OfInput]]:
    """Yield the checks of a table that measure this of an input."""
    for check in table.contract.checks:
        if check.metric is metric and check.of_input is not None:
            yield check, check.of_input


def is_asked(product: DataProduct, port: InputPort) -> bool:
    """Tell whether checks read an input, beside the product's SQL: both must find the same in it."""
    checks = (check for _, table in product.tables() for check in table.contract.checks)
    return any(check.of_input is not None and check.of_input.name == sql_name(port.name) for check in checks)


def counted_lost(address: TableAddress, check: Check, read: int, made: int) -> Answer:
    """Return how many rows of a source were lost, by their number; of more rows than were read, nothing can be told."""
    if made > read:
        why = f"{made:,} rows were made of {read:,}, which tells of none whether it is lost: name columns under `by`"
        return Answer(address, check.name, None, note=why)
    return Answer(address, check.name, Decimal(read - made), read)


def shown(table: OutputTable, check: Check, source: InputPort | None) -> tuple[Column, ...]:
    """Return the columns by which lost rows can be shown, called as in their source; none where not all may be seen."""
    asked, there = check.of_input, {c.name: c for c in source.columns} if source else {}
    assert asked is not None, "it asks of an input"  # noqa: S101
    found = [table.contract.column(name) for name in check.columns]
    columns = [replace(c, name=name) for c, name in zip(found, asked.columns, strict=True) if c is not None]
    both = [*columns, *(there[c.name] for c in columns if c.name in there)]
    return tuple(columns) if all(may_be_told(c.classification) for c in both) else ()


def ages(
    product: DataProduct, reads: Sequence[InputRead], made_up: Iterable[str], now: datetime, newest: Newest
) -> tuple[Answer, ...]:
    """Return how old inputs are that checks ask the age of. What was made up, an input among `made_up`, has none."""
    by_name, none = {sql_name(read.input): read for read in reads}, frozenset(map(sql_name, made_up))
    return tuple(
        Answer(address, check.name, Decimal(0), note=f"`{asked.name}` was made up, and has no age")
        if asked.name in none
        else _age(address, check, by_name[asked.name], now, newest)
        for address, table in product.tables()
        for check, asked in asking(table, Metric.INPUT_AGE)
    )


def told(address: TableAddress, table: OutputTable, answers: Iterable[Answer]) -> Iterator[CheckResult]:
    """Yield what was found for the checks of a table that ask of inputs."""
    by_check = {answer.check: answer for answer in answers if answer.table == address}
    for check in table.contract.checks:
        if check.of_input is not None:
            yield _judged(table, check, by_check[check.name])


def _judged(table: OutputTable, check: Check, answer: Answer) -> CheckResult:
    if answer.number is None:
        return unmeasured(table, answer.table, check, answer.note)
    result = judged(table, answer.table, check, answer.number, answer.rows)
    return replace(result, message=answer.note or result.message, wrong=answer.wrong if not result.passed else ())


def _age(address: TableAddress, check: Check, read: InputRead, now: datetime, newest: Newest) -> Answer:
    """Return how long before its reading an input was complete; a source of an interval, how long before its end."""
    assert check.of_input is not None, "it asks of an input"  # noqa: S101
    if read.watermark is None:
        return Answer(address, check.name, None, note=f"`{read.port}` was never published, and has no age")
    if read.port is not None:
        return _seconds(address, check, read.watermark, now)
    by = next(iter(check.of_input.columns), None)
    found = newest(check.of_input.name, by) if by is not None else read.written
    if found is None:
        why = f"nothing in `{check.of_input.name}` says how old it is" + (f": `{by}` has no value" if by else "")
        return Answer(address, check.name, None, note=why)
    return _seconds(address, check, found, read.watermark)


def _seconds(address: TableAddress, check: Check, since: datetime, now: datetime) -> Answer:
    return Answer(address, check.name, Decimal(max(0, round((now - since).total_seconds()))))
