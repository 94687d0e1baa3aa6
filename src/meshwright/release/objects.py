"""Objects: small files that are created once and never changed, in a folder, GCS or S3."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from meshwright.model.errors import Busy, Refused


class Objects:
    """The objects under one URL (`gs://…`, `s3://…`, `file:///…`) or folder."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._folder = None if "://" in url else Path(url).expanduser().resolve()
        self._store = self._opened() if self._folder is None or self._folder.is_dir() else None

    def create(self, name: str, content: bytes) -> bool:
        """Write an object that nobody has written before; False when somebody has."""
        self._store = self._store or self._opened()
        with _reached():
            try:
                obstore.put(self._store, name, content, mode="create")
            except AlreadyExistsError:
                return False
        return True

    def read(self, name: str) -> bytes | None:
        """Return an object's bytes; None when there is none."""
        store = self._readable()
        if store is None:
            return None
        with _reached():
            try:
                return bytes(obstore.get(store, name).bytes())
            except FileNotFoundError:
                return None

    def names(self, prefix: str) -> list[str]:
        """Return the names of all objects below a prefix, sorted."""
        store = self._readable()
        if store is None:
            return []
        with _reached():
            return sorted(found["path"] for batch in obstore.list(store, prefix=prefix) for found in batch)

    def _readable(self) -> ObjectStore | None:
        """Return the store; None while its folder is not there: whoever reads must not need to write."""
        if self._store is None and self._folder is not None and self._folder.is_dir():
            self._store = self._opened()
        return self._store

    def _opened(self) -> ObjectStore:
        try:
            return from_url(self._url) if self._folder is None else LocalStore(self._folder, mkdir=True)
        except (BaseError, OSError) as error:
            where = f"{self._url.partition('://')[0]}://…" if self._folder is None else self._url
            hint = "MESH_STORE is a folder, `gs://bucket` or `s3://bucket`"
            raise Refused(f"the store `{where}` cannot be opened: {words(error)}", hint=hint) from None


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
