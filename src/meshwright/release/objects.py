"""Objects: small files that are created once and never changed, in a folder, GCS or S3."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from meshwright.release.folder import Folder

_T = TypeVar("_T")
_R = TypeVar("_R")


class Objects(Protocol):
    """Where objects are. Raises `Busy` where that cannot be reached now, `Refused` where it cannot be used."""

    def create(self, name: str, content: bytes) -> bool:
        """Write an object that nobody has written before; False when somebody has."""

    def read(self, name: str) -> bytes | None:
        """Return an object's bytes; None when there is none."""

    def names(self, folder: str) -> list[str]:
        """Return the names of all objects in a folder, sorted."""

    def each(self, work: Callable[[_T], _R], items: Sequence[_T]) -> Iterator[_R]:
        """Yield what work on some objects gives, in their order; from far away, several are brought at once."""


def open_objects(url: str) -> Objects:
    """Return the objects under one URL (`gs://…`, `s3://…`, `file:///…`) or folder, which need not be there yet."""
    if "://" not in url:
        return Folder(Path(url).expanduser().resolve())
    from meshwright.release.bucket import Bucket  # brings a driver

    return Bucket(url)
