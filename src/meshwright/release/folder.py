"""Folder: objects as files, on this machine or on a disk that several share."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from meshwright.model.errors import Busy, Refused

_T = TypeVar("_T")
_R = TypeVar("_R")


class Folder:
    """The objects in a folder; whoever only reads makes none."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def create(self, name: str, content: bytes) -> bool:
        """Write an object that nobody has written before; False when somebody has."""
        file = self._path / name
        draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
        self._make(file.parent)
        with _reached():
            if file.exists():
                return False
            try:
                draft.write_bytes(content)
                file.hardlink_to(draft)  # it is there whole or not at all, and of several who do this, one does
            except FileExistsError:
                return False
            finally:
                draft.unlink(missing_ok=True)
        return True

    def read(self, name: str) -> bytes | None:
        """Return an object's bytes; None when there is none."""
        with _reached():
            try:
                return (self._path / name).read_bytes()
            except (FileNotFoundError, NotADirectoryError):
                return None

    def names(self, folder: str) -> list[str]:
        """Return the names of all objects in a folder, sorted."""
        with _reached():
            try:
                found = [file.name for file in (self._path / folder).iterdir()]
            except (FileNotFoundError, NotADirectoryError):
                return []
        return sorted(f"{folder}/{name}" for name in found if not name.startswith("."))  # others' drafts are none

    def each(self, work: Callable[[_T], _R], items: Sequence[_T]) -> Iterator[_R]:
        """Yield what work on some objects gives, one after the other."""
        return map(work, items)

    def _make(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            hint = "MESH_STORE is a folder, `gs://bucket` or `s3://bucket`"
            raise Refused(f"the store `{self._path}` cannot be opened: {_words(error)}", hint=hint) from None


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        hint = "see that its disk is there, has room, and is yours to use"
        raise Busy(f"the store cannot be reached: {_words(error)}", hint=hint) from None


def _words(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
