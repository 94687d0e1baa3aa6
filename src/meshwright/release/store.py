"""Store: where releases are kept, each file under the digest of its bytes: a folder, GCS, S3.

Nothing is ever changed in it. A file that two releases share is kept once. The root is written last, so that a release
is there whole or not at all.
"""

import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from meshwright.model.errors import NotFound
from meshwright.model.identity import Digest
from meshwright.model.progress import counted
from meshwright.release.cut import Release
from meshwright.release.files import ROOT, fitting, object_file
from meshwright.release.objects import open_objects
from meshwright.release.read import Part, records_in, root_of

_T = TypeVar("_T")


class ReleaseStore:
    """The releases under one URL or folder."""

    def __init__(self, url: str) -> None:
        self._objects = open_objects(url)

    def put(self, release: Release) -> None:
        """Keep a release; what is there already is left as it is."""
        self._at_once("keeping files", self._keep, [c for name, c in release.files.items() if name != ROOT])
        if ROOT in release.files:
            self._keep(release.files[ROOT])

    def verify(self, release: Digest, verified: set[Digest] | None = None) -> None:
        """Read all of a release, but for records that were `verified` before; add to these what was.

        Raises `NotFound` or `Corrupt` when a byte of it is not what was released.
        """
        done = set() if verified is None else verified
        root = root_of(self.file(release, ROOT, release), release)
        _, *shards = self.files(release, root.parts)
        named = {part.digest: part for shard in shards for part in records_in(shard) if part.digest not in done}
        self._at_once("verifying files", lambda part: self.file(release, part.name, part.digest), list(named.values()))
        done |= {release, root.mesh, *named, *(entry.digest for entry in root.shards)}

    def materialise(self, digest: Digest, folder: Path) -> None:
        """Lay a release out as files in `folder`, which is there whole or not at all; does nothing when it is there."""
        if folder.exists():
            return
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
        try:
            for name, content in self._files(digest):
                path = draft / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            draft.rename(folder)
        except OSError:
            if not folder.exists():  # else another process has laid it out in the meantime
                raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def file(self, release: Digest, name: str, digest: Digest) -> bytes:
        """Return one file of a release, verified. Raises `NotFound` or `Corrupt`."""
        content = self._objects.read(object_file(digest))
        if content is None:
            raise NotFound(f"the store has no `{name}` of release {release.short}", hint="release it again")
        return fitting(content, digest, release, name)

    def files(self, release: Digest, parts: Sequence[Part]) -> Iterator[bytes]:
        """Yield files of a release, verified, in their order; from far away, several are brought at once."""
        return self._objects.each(lambda part: self.file(release, part.name, part.digest), parts)

    def _keep(self, content: bytes) -> None:
        self._objects.create(object_file(Digest.of(content)), content)

    def _files(self, release: Digest) -> Iterator[tuple[str, bytes]]:
        content = self.file(release, ROOT, release)
        root = root_of(content, release)
        yield ROOT, content
        _, *shards = listed = list(self.files(release, root.parts))
        yield from zip((part.name for part in root.parts), listed, strict=True)
        records = [part for shard in shards for part in records_in(shard)]
        yield from zip((part.name for part in records), self.files(release, records), strict=True)

    def _at_once(self, what: str, work: Callable[[_T], object], items: Sequence[_T]) -> None:
        """Do the work for all items, and tell how far it is."""
        for _ in counted(what, self._objects.each(work, items), len(items)):
            pass
