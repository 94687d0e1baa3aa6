"""Bucket: objects in GCS or S3, by the driver that reads and writes both."""

import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import from_url

from meshwright.model.errors import Busy, Refused

_T = TypeVar("_T")
_R = TypeVar("_R")
_AT_ONCE = 16
"""Objects on their way at the same time: a bucket answers one after some 50 ms."""


class Bucket:
    """The objects under one URL."""

    def __init__(self, url: str) -> None:
        try:
            self._store = from_url(url)
        except (BaseError, OSError) as error:
            hint = "MESH_STORE is a folder, `gs://bucket` or `s3://bucket`"
            where = f"{url.partition('://')[0]}://…"
            raise Refused(f"the store `{where}` cannot be opened: {words(error)}", hint=hint) from None

    def create(self, name: str, content: bytes) -> bool:
        """Write an object that nobody has written before; False when somebody has."""
        with _reached():
            try:
                obstore.put(self._store, name, content, mode="create")
            except AlreadyExistsError:
                return False
        return True

    def read(self, name: str) -> bytes | None:
        """Return an object's bytes; None when there is none."""
        with _reached():
            try:
                return bytes(obstore.get(self._store, name).bytes())
            except FileNotFoundError:
                return None

    def names(self, folder: str) -> list[str]:
        """Return the names of all objects in a folder, sorted."""
        with _reached():
            return sorted(found["path"] for batch in obstore.list(self._store, prefix=folder) for found in batch)

    def each(self, work: Callable[[_T], _R], items: Sequence[_T]) -> Iterator[_R]:
        """Yield what work on some objects gives, in their order, while several are on their way."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            yield from pool.map(work, items)


@contextmanager
def _reached() -> Iterator[None]:
    """Turn what a store says of itself into our words: it may answer later, unless it does not want us."""
    try:
        yield
    except (BaseError, OSError) as error:
        if is_unwanted(error):
            hint = "see which credentials are set here, and what they may do there"
            raise Refused(f"the store refuses: {words(error)}", hint=hint) from None
        raise Busy(f"the store cannot be reached: {words(error)}", hint="see that it is up") from None


_UNWANTED = re.compile(r"status code: 40[13]\b")
"""How the driver says, of each request, that the credentials do not do."""
_USER = re.compile(r"(?<=://)[^/@\s]+@")
"""Who an address is asked as: `nadia:password@`."""


def is_unwanted(error: Exception) -> bool:
    """Tell whether a store has answered that the credentials do not do."""
    return _UNWANTED.search(str(error)) is not None


def words(error: Exception) -> str:
    """Return what a store's driver says of an error, without who was asking."""
    return _USER.sub("", str(error).strip().partition("\n")[0])
