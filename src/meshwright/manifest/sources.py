"""Sources: where does the domain's own data come from, and can it be read like that?"""

from datetime import UTC, datetime, timedelta

from meshwright.manifest.codes import Code
from meshwright.manifest.documents import DatabaseBlock, FilesBlock
from meshwright.manifest.place import Place
from meshwright.manifest.subject import Subject
from meshwright.model.contract import Contract
from meshwright.model.product import DatabaseSource, FilesSource, Source
from meshwright.model.spelling import did_you_mean
from meshwright.model.time import length_text

_DAY = timedelta(days=1)
_ONCE = datetime(2001, 1, 1, tzinfo=UTC)


def source(subject: Subject, block: FilesBlock | DatabaseBlock, declared: Contract | None, place: Place) -> Source:
    """Return the source of an input; `declared` is what its columns are declared to be, if anything is."""
    match block:
        case DatabaseBlock():
            if block.cursor is not None and declared is not None and declared.column(block.cursor) is None:
                hint = did_you_mean(block.cursor, [c.name for c in declared.columns])
                message = f"there is no column `{block.cursor}`"
                subject.problems.error(Code.UNDECLARED, place["cursor"].at, message, hint)
            return DatabaseSource(block.connection, block.table, block.cursor)
        case FilesBlock():
            if block.every is not None:
                _check_steps(subject, block.path, block.every, place)
            return FilesSource(block.connection, block.path, block.format, block.every or _DAY)


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
