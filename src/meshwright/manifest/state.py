"""State: which files are in a folder, and when did each change? As git asks: no file is read for it.

Told apart by the moment at which the system saw the change, too: what unpacks, copies or checks out sets the other as
it likes.
"""

import os
from collections.abc import Iterable, Iterator
from operator import attrgetter

_NAME = attrgetter("name")


class LinkError(Exception):
    """A link leads to a folder, which may be anywhere and of any size."""


def _states(entries: Iterable[os.DirEntry[str]]) -> Iterator[str]:
    """Yield each entry and all in it: its path, and the size, times of change and number of a file.

    Raises `LinkError`, or `OSError` for what may not be read.
    """
    for entry in sorted(entries, key=_NAME):
        if entry.is_file():
            stat = entry.stat()
            yield f"{entry.path}\0{stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_ino}\0"
        elif entry.is_dir(follow_symlinks=False):
            yield f"{entry.path}\0folder\0"
            with os.scandir(entry.path) as inside:
                yield from _states(inside)
        elif entry.is_dir():
            raise LinkError
        else:
            yield f"{entry.path}\0\0"


def state_of(entries: Iterable[os.DirEntry[str]]) -> str | None:
    """Return the state of a folder's entries in one text; None where there is no telling it."""
    try:
        return "".join(_states(entries))
    except (LinkError, OSError):  # reading says what is wrong
        return None
