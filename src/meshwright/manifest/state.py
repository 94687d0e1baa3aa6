"""State: which files are in a folder, and when did each change? As git asks: no file is read for it.

Told apart by the moment at which the system saw the change, too: what unpacks, copies or checks out sets the other as
it likes.
"""

import os
from collections.abc import Iterable, Iterator

FileState = tuple[str, int, int, int, int]
"""A path, and the file's size, times of change and number; of what is no file, the path alone."""


class LinkError(Exception):
    """A link leads to a folder, which may be anywhere and of any size."""


def states(entries: Iterable[os.DirEntry[str]]) -> Iterator[FileState]:
    """Yield the state of each entry and of all in it. Raises `LinkError`, or `OSError` for what may not be read."""
    for entry in entries:
        if entry.is_file():
            stat = entry.stat()
            yield entry.path, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino
        elif entry.is_dir(follow_symlinks=False):
            yield entry.path, 0, 0, 0, 0
            with os.scandir(entry.path) as inside:
                yield from states(inside)
        elif entry.is_dir():
            raise LinkError
        else:
            yield entry.path, 0, 0, 0, 0


def state_of(entries: Iterable[os.DirEntry[str]]) -> str | None:
    """Return the state of a folder's entries in one text; None where there is no telling it."""
    try:
        return repr(sorted(states(entries)))
    except (LinkError, OSError):  # reading says what is wrong
        return None
