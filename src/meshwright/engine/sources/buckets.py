"""Buckets: files of a source that lie in GCS or S3, brought here one after the other, as old as they are there."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import from_url

from meshwright.engine.sources.files import fits, is_pattern, missing, outside
from meshwright.model.errors import FinalError, SourceNotReady
from meshwright.model.identity import Secret
from meshwright.release.bucket import is_unwanted, words


class Bucket:
    """A folder of a bucket; its files are written below `scratch`. Credentials are those of this process."""

    def __init__(self, connection: str, url: Secret, scratch: Path) -> None:
        self._connection = connection
        self._scratch = scratch
        try:
            self._store = from_url(url.reveal())
        except (BaseError, OSError, ValueError):  # what it says of a URL may hold a secret
            hint = "write `gs://bucket/folder` or `s3://bucket/folder`"
            raise FinalError(f"connection `{connection}` is not the URL of a bucket", hint=hint) from None

    def files(self, path: str) -> tuple[Path, ...]:
        """Bring the object at a path, or all that fit it, by name; return where they are now."""
        if ".." in PurePosixPath(path).parts:
            raise outside(path)
        with self._reached(path):
            return tuple(self._brought(name) for name in self._names(path))

    def _names(self, path: str) -> list[str]:
        if not is_pattern(path):
            return [path]
        fixed = re.split(r"[*?]", path, maxsplit=1)[0].rpartition("/")[0]
        listed = (found["path"] for batch in obstore.list(self._store, prefix=fixed or None) for found in batch)
        names = sorted(name for name in listed if fits(name, path))
        if not names:
            raise missing(self._connection, path, "the bucket")
        return names

    def _brought(self, name: str) -> Path:
        place = self._scratch / name
        place.parent.mkdir(parents=True, exist_ok=True)
        found = obstore.get(self._store, name)
        with place.open("wb") as file:
            for part in found.stream():
                file.write(part)
        written = found.meta["last_modified"].timestamp()
        os.utime(place, (written, written))
        return place

    @contextmanager
    def _reached(self, path: str) -> Iterator[None]:
        """Turn what a store says of itself into our words: it may answer later, unless it does not want us."""
        try:
            yield
        except (FileNotFoundError, NotFoundError):
            raise missing(self._connection, path, "the bucket") from None
        except (BaseError, OSError) as error:
            said = f"`{path}` of connection `{self._connection}`"
            if is_unwanted(error):
                hint = "see which credentials are set here, and what they may read there"
                raise FinalError(f"the bucket refuses to give {said}: {words(error)}", hint=hint) from None
            raise SourceNotReady(f"{said} cannot be read: {words(error)}") from None
