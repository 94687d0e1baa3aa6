"""Objects: small files that are created once and never changed, in a folder, GCS or S3."""

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
        try:
            self._store: ObjectStore = from_url(url) if "://" in url else _folder(Path(url))
        except (BaseError, OSError) as error:
            where = f"{url.partition('://')[0]}://…" if "://" in url else url
            hint = "MESH_STORE is a folder, `gs://bucket` or `s3://bucket`"
            raise Refused(f"the store `{where}` cannot be opened: {_words(error)}", hint=hint) from None

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

    def names(self, prefix: str) -> list[str]:
        """Return the names of all objects below a prefix, sorted."""
        with _reached():
            return sorted(found["path"] for batch in obstore.list(self._store, prefix=prefix) for found in batch)


@contextmanager
def _reached() -> Iterator[None]:
    """Turn what a store says of itself into our words: it may answer later."""
    try:
        yield
    except (BaseError, OSError) as error:
        raise Busy(f"the store cannot be reached: {_words(error)}", hint="see that it is up") from None


def _words(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


def _folder(path: Path) -> LocalStore:
    return LocalStore(path.expanduser().resolve(), mkdir=True)
