"""Content: what is in a file, as text without the secrets in it? Loads no YAML."""

import os
import stat
from hashlib import sha256
from pathlib import Path

from meshwright.manifest.codes import Code
from meshwright.manifest.text.leaks import redact
from meshwright.manifest.text.lines import Text
from meshwright.manifest.text.problems import Problems

MAX_BYTES = 1_000_000


def read_text(path: Path, file: str, problems: Problems) -> Text | None:
    """Read a file of UTF-8 without the secrets in it; None when that cannot be."""
    start = Text(file, "").start()
    try:
        with open(path, "rb", buffering=0, opener=_open) as stream:  # a Path takes no opener
            state = os.fstat(stream.fileno())
            if not stat.S_ISREG(state.st_mode):
                problems.error(Code.UNREADABLE, start, "this is no file, but a pipe or a device", "write a file")
                return None
            # By its size: room for the largest file would be made, and given back, for each.
            content = stream.read(min(state.st_size, MAX_BYTES) + 1)
    except FileNotFoundError:
        problems.error(Code.UNREADABLE, start, "the file does not exist")
        return None
    except OSError as error:
        problems.error(Code.UNREADABLE, start, f"the file cannot be read: {(error.strerror or '').lower()}")
        return None
    if len(content) > MAX_BYTES:
        problems.error(Code.UNREADABLE, start, f"the file is larger than {MAX_BYTES // 1_000_000} MB")
        return None
    try:
        # One text wherever it is checked out: on Windows, git ends its lines in another way.
        return redact(Text(file, content.decode("utf-8-sig").replace("\r\n", "\n")), problems)
    except UnicodeDecodeError as error:
        at = Text(file, "").at(content.count(b"\n", 0, error.start), 0)
        problems.error(Code.UNREADABLE, at, "the file is not UTF-8", "save it as UTF-8")
        return None


def digest_of(path: str) -> bytes:
    """Name what is in a file; of one that is too large to be read as a manifest or its SQL, only that it is."""
    try:
        with open(path, "rb", buffering=0) as stream:  # noqa: PTH123  # a Path for each would take as long as reading it
            size = os.fstat(stream.fileno()).st_size
            return b"" if size > MAX_BYTES else sha256(stream.read(size)).digest()
    except OSError as error:
        return str(error.errno).encode()


def _open(path: str, flags: int) -> int:
    """Open a file; a pipe, too, without waiting for somebody to write into it."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))  # Windows has neither
