"""Files: which files hold an interval of a source, and are they all there?"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from meshwright.model.errors import FinalError, SourceNotReady
from meshwright.model.identity import Secret
from meshwright.model.product import FilesSource
from meshwright.model.time import Interval

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def files_of(source: FilesSource, interval: Interval, url: Secret) -> tuple[Path, ...]:
    """Return the files of an interval, in order of time. Raises `SourceNotReady`, which names the first missing one."""
    folder = _folder(source.connection, url)
    paths = tuple(dict.fromkeys(_inside(folder, _expanded(source.path, step)) for step in _steps(source, interval)))
    for path in paths:
        if not path.is_file():
            raise SourceNotReady(
                f"connection `{source.connection}` does not have `{path.relative_to(folder)}` yet",
                hint=f"it is looked for in {folder}",
            )
    return paths


def _folder(connection: str, url: Secret) -> Path:
    parts = urlsplit(url.reveal())
    if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
        raise FinalError(f"connection `{connection}` is not a folder", hint="write `file:///folder`")
    return Path(unquote(parts.path)).resolve()


def _steps(source: FilesSource, interval: Interval) -> Iterator[datetime]:
    """Yield the start of each file's stretch of time: they begin on multiples of `every`, as clocks and days do."""
    step = interval.start - (interval.start - _EPOCH) % source.every
    yield step
    if source.is_bounded:
        while (step := step + source.every) < interval.end:
            yield step


def _expanded(path: str, start: datetime) -> str:
    try:
        return path.format(start=start)
    except (KeyError, IndexError, ValueError, AttributeError):
        raise FinalError(f"`{path}` is not a path of files", hint="write `{start:%Y-%m-%d}` for the time") from None


def _inside(folder: Path, path: str) -> Path:
    """Keep a source inside its connection's folder."""
    found = (folder / path).resolve()
    if not found.is_relative_to(folder):
        raise FinalError(f"`{path}` is outside the folder of its connection", hint="write a path below it")
    return found
