"""Sources: where does the domain's own data come from, and can it be read like that?"""

from datetime import UTC, datetime, timedelta
from typing import Literal

from meshwright.manifest.codes import Code
from meshwright.manifest.product.subject import Subject
from meshwright.manifest.shapes.sources import (
    DatabaseBlock,
    FilesBlock,
    HttpBlock,
    KafkaBlock,
    PaginateBlock,
    SourceBlock,
)
from meshwright.manifest.text.place import Place
from meshwright.manifest.text.wording import quoted, series
from meshwright.model.contract import Contract, LogicalType
from meshwright.model.http import HttpSource, LinkedPages, NamedPages, NumberedPages, OnePage, Pages, SkippedRecords
from meshwright.model.kafka import KafkaSource
from meshwright.model.product import DatabaseSource, FilesSource, Source
from meshwright.model.spelling import did_you_mean
from meshwright.model.time import length_text

_PAGES = ("next", "page", "offset")
_TIMES = (LogicalType.TIMESTAMP, LogicalType.DATE)
_DAY = timedelta(days=1)
_ONCE = datetime(2001, 1, 1, tzinfo=UTC)


def source(subject: Subject, block: SourceBlock, declared: Contract | None, place: Place) -> Source:
    """Return the source of an input; `declared` is what its columns are declared to be, if anything is."""
    match block:
        case DatabaseBlock():
            if block.cursor is not None and declared is not None:
                _check_cursor(subject, block.cursor, declared, place["cursor"])
            return DatabaseSource(block.connection, block.table, block.cursor)
        case FilesBlock():
            if block.every is not None:
                _check_steps(subject, block.path, block.every, place)
            return FilesSource(block.connection, block.path, block.format, block.every or _DAY)
        case HttpBlock():
            _check_answer(subject, block, declared, place)
            return HttpSource(
                block.connection,
                block.path,
                tuple(block.query.items()),
                block.records or "",
                _pages(subject, block.paginate, place["paginate"]),
                block.cursor,
            )
        case KafkaBlock():
            _check_declared(subject, "a message is what its sender likes", declared, place)
            share = block.quarantine.at_most if block.quarantine else None
            return KafkaSource(block.connection, block.topic, tuple(block.skip), share, block.registry)


def _check_cursor(subject: Subject, cursor: str, declared: Contract, place: Place) -> None:
    """Say so when the column by which rows are read is not there, or no time."""
    column = declared.column(cursor)
    if column is None:
        hint = did_you_mean(cursor, [c.name for c in declared.columns])
        subject.problems.error(Code.UNDECLARED, place.at, f"there is no column `{cursor}`", hint)
    elif column.type not in _TIMES:
        times = [f"`{c.name}`" for c in declared.columns if c.type in _TIMES]
        hint = f"name a column of time: {series(times, 'or')}" if times else "remove it: no declared column is a time"
        message = f"the cursor `{cursor}` is a column of type `{column.type}`, which no interval can be held against"
        subject.problems.error(Code.CONFLICT, place.at, message, hint)


def _check_steps(subject: Subject, path: str, every: timedelta, place: Place) -> None:
    """Say so when two steps of time would be the same file."""
    if "{start" not in path:
        hint = "put `{start:%Y-%m-%d}` into the path, or remove `every`"
        subject.problems.error(Code.CONFLICT, place["every"].at_key, "`every` is for a path that names the time", hint)
    elif path.format(start=_ONCE) == path.format(start=_ONCE + every):
        hint = "name the time as finely as `every` counts it, such as `{start:%Y-%m-%dT%H}` for hours"
        message = f"there is a file each {length_text(every)}, but the path does not tell one from the next"
        subject.problems.error(Code.CONFLICT, place["path"].at, message, hint)


def _check_answer(subject: Subject, block: HttpBlock, declared: Contract | None, place: Place) -> None:
    """Say so when an answer could not be held against anything, or its records not against the interval."""
    _check_declared(subject, "an API answers with what it likes", declared, place)
    if declared is not None and block.cursor is not None:
        _check_cursor(subject, block.cursor, declared, place["cursor"])
    timed = next((name for name, value in block.query.items() if "{start" in value), None)
    if timed is not None and block.cursor is None and not any("{end" in value for value in block.query.values()):
        hint = "name the column of time as `cursor`, or give the API the `{end:…}`, too"
        message = f"`{timed}` gives the records since the interval's start, those of later intervals among them"
        subject.problems.warn(Code.UNBOUNDED, place["query"][timed].at, message, hint)


def _check_declared(subject: Subject, why: str, declared: Contract | None, place: Place) -> None:
    if declared is None:
        hint = "write the input's `contract` with the columns that it takes from each record"
        subject.problems.error(Code.MISSING_KEY, place["block"].at, f"{why}, and no column is declared", hint)


def _pages(subject: Subject, said: PaginateBlock | Literal["link"] | None, place: Place) -> Pages:
    match said:
        case None:
            return OnePage()
        case PaginateBlock():
            return _counted(subject, said, place)
        case _:
            return LinkedPages()


def _counted(subject: Subject, said: PaginateBlock, place: Place) -> Pages:
    found = [kind for kind in _PAGES if getattr(said, kind) is not None]
    stray = [
        key
        for key, of in (("parameter", "next"), ("first", "page"))
        if getattr(said, key) is not None and of not in found
    ]
    if len(found) != 1:
        message = f"pages follow each other by one of {quoted(found)}" if found else "nothing says which page follows"
        hint = (
            "keep one of them" if found else "write `link`, `{next: links.next}`, `{page: page}` or `{offset: offset}`"
        )
        subject.problems.error(Code.CONFLICT, place.at_key, message, hint)
        return OnePage()
    if stray:
        of = "next" if stray[0] == "parameter" else "page"
        message = f"`{stray[0]}` says nothing beside `{found[0]}`"
        subject.problems.error(Code.CONFLICT, place[stray[0]].at_key, message, f"remove it, or write `{of}`")
    if said.next is not None:
        return NamedPages(said.next, said.parameter)
    if said.page is not None:
        return NumberedPages(said.page, 1 if said.first is None else said.first)
    return SkippedRecords(said.offset or "")


def source_text(block: SourceBlock | None) -> str:
    """Return a source in words."""
    match block:
        case FilesBlock():
            each = f", one each {length_text(block.every or _DAY)}" if "{start" in block.path else ""
            return f"{block.format} files {block.path} of {block.connection}{each}"
        case DatabaseBlock():
            by = f", by {block.cursor}" if block.cursor else ""
            return f"{block.table} of {block.connection}{by}"
        case HttpBlock():
            by = f", by {block.cursor}" if block.cursor else ""
            return f"{block.path} of {block.connection}{by}"
        case KafkaBlock():
            by = f", by the schemas of {block.registry}" if block.registry else ""
            aside = f", up to {block.quarantine.at_most} set aside" if block.quarantine else ""
            return f"topic {block.topic} of {block.connection}{by}{aside}"
    return ""
