"""Files: which files hold an interval of a source, and are they all there?

A folder of this host is read where it is; what lies in a bucket (`gs://`, `s3://`) is brought here first.
"""

import fnmatch
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from meshwright.engine.sources.reading import Given, GivenFiles, Reading
from meshwright.engine.sources.url import parts_of
from meshwright.model.errors import FinalError, SourceNotReady
from meshwright.model.identity import Secret
from meshwright.model.product import FilesSource
from meshwright.model.time import Interval

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BUCKETS = ("gs", "s3")


@contextmanager
def read_files(source: FilesSource, reading: Reading) -> Iterator[Given]:
    """Give the files of an interval. Raises `SourceNotReady`, which names the first missing one."""
    parts = parts_of(source.connection, reading.url)
    if parts.scheme in _BUCKETS:
        from meshwright.engine.sources.buckets import Bucket

        place: Folder | Bucket = Bucket(source.connection, reading.url, reading.scratch)
    else:
        place = Folder(source.connection, reading.url)
    paths = dict.fromkeys(
        path for step in steps(source, reading.interval) for path in place.files(_expanded(source.path, step))
    )
    yield GivenFiles(tuple(paths), source.format)


class Folder:
    """A folder of this host."""

    def __init__(self, connection: str, url: Secret) -> None:
        parts = parts_of(connection, url)
        if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
            hint = "write `file:///folder`, `gs://bucket/folder` or `s3://bucket/folder`"
            raise FinalError(f"connection `{connection}` is not a folder", hint=hint)
        self._connection = connection
        self._folder = Path(unquote(parts.path)).resolve()

    def files(self, path: str) -> tuple[Path, ...]:
        """Return the file at a path, or those that fit it, by name."""
        if not is_pattern(path):
            found = [self._inside(self._folder / path)]
        else:
            found = sorted(map(self._inside, self._folder.glob(path.replace("[", "[[]"))))
        there = tuple(file for file in found if file.is_file())
        if not there:
            raise missing(self._connection, path, str(self._folder))
        return there

    def _inside(self, path: Path) -> Path:
        """Keep a source inside its connection's folder."""
        found = path.resolve()
        if not found.is_relative_to(self._folder):
            raise outside(str(path))
        return found


def steps(source: FilesSource, interval: Interval) -> Iterator[datetime]:
    """Yield the start of each file's stretch of time: they begin on multiples of `every`, as clocks and days do."""
    step = interval.start - (interval.start - _EPOCH) % source.every
    yield step
    if source.is_bounded:
        while (step := step + source.every) < interval.end:
            yield step


def is_pattern(path: str) -> bool:
    """Tell whether a path stands for all files that fit it."""
    return "*" in path or "?" in path


def fits(name: str, pattern: str) -> bool:
    """Tell whether a name fits a pattern, folder by folder: a `*` does not reach into folders below."""
    parts, patterns = PurePosixPath(name).parts, PurePosixPath(pattern).parts
    return len(parts) == len(patterns) and all(
        fnmatch.fnmatchcase(part, one.replace("[", "[[]")) for part, one in zip(parts, patterns, strict=True)
    )


def missing(connection: str, path: str, where: str) -> SourceNotReady:
    """Say that what a path names is not there."""
    what = f"any file `{path}`" if is_pattern(path) else f"`{path}`"
    return SourceNotReady(f"connection `{connection}` does not have {what} yet", hint=f"it is looked for in {where}")


def outside(path: str) -> FinalError:
    """Say that a path leads out of its connection's folder."""
    return FinalError(f"`{path}` is outside the folder of its connection", hint="write a path below it")


def _expanded(path: str, start: datetime) -> str:
    try:
        return path.format(start=start)
    except (KeyError, IndexError, ValueError, AttributeError):
        raise FinalError(f"`{path}` is not a path of files", hint="write `{start:%Y-%m-%d}` for the time") from None
