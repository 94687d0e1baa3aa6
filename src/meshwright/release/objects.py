"""Objects: small files that are created once and never changed, in a folder, GCS or S3."""

from pathlib import Path

import obstore
from obstore.exceptions import AlreadyExistsError
from obstore.store import LocalStore, ObjectStore, from_url


class Objects:
    """The objects under one URL (`gs://…`, `s3://…`, `file:///…`) or folder."""

    def __init__(self, url: str) -> None:
        self._store: ObjectStore = from_url(url) if "://" in url else _folder(Path(url))

    def create(self, name: str, content: bytes) -> bool:
        """Write an object that nobody has written before; False when somebody has."""
        try:
            obstore.put(self._store, name, content, mode="create")
        except AlreadyExistsError:
            return False
        return True

    def read(self, name: str) -> bytes | None:
        """Return an object's bytes; None when there is none."""
        try:
            return bytes(obstore.get(self._store, name).bytes())
        except FileNotFoundError:
            return None

    def names(self, prefix: str) -> list[str]:
        """Return the names of all objects below a prefix, sorted."""
        return sorted(found["path"] for batch in obstore.list(self._store, prefix=prefix) for found in batch)


def _folder(path: Path) -> LocalStore:
    return LocalStore(path.expanduser().resolve(), mkdir=True)
