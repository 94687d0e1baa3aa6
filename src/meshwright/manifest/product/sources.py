"""Sources: where does the domain's own data come from, and can it be read like that?"""

from datetime import UTC, datetime, timedelta

from meshwright.manifest.codes import Code
from meshwright.manifest.product.subject import Subject
from meshwright.manifest.shapes.documents import DatabaseBlock, FilesBlock
from meshwright.manifest.text.place import Place
from meshwright.manifest.text.wording import series
from meshwright.model.contract import Contract, LogicalType
from meshwright.model.product import DatabaseSource, FilesSource, Source
from meshwright.model.spelling import did_you_mean
from meshwright.model.time import length_text

_TIMES = (LogicalType.TIMESTAMP, LogicalType.DATE)
_DAY = timedelta(days=1)
_ONCE = datetime(2001, 1, 1, tzinfo=UTC)


def source(subject: Subject, block: FilesBlock | DatabaseBlock, declared: Contract | None, place: Place) -> Source:
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


def source_text(block: FilesBlock | DatabaseBlock | None) -> str:
    """Return a source in words."""
    match block:
        case FilesBlock():
            each = f", one each {length_text(block.every or _DAY)}" if "{start" in block.path else ""
            return f"{block.format} files {block.path} of {block.connection}{each}"
        case DatabaseBlock():
            by = f", by {block.cursor}" if block.cursor else ""
            return f"{block.table} of {block.connection}{by}"
    return ""
