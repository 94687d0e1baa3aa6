"""Copy: the releases that were fetched to work without their store, each file under the digest of its bytes.

What two releases share is fetched once, and nothing is ever changed. The root comes last, so that a release is here
whole or not at all. Reading loads no third party: a command that finds its mesh elsewhere pays for this each time.
"""

import secrets
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from meshwright.model.errors import NotFound
from meshwright.model.identity import Digest
from meshwright.model.value import value
from meshwright.release.files import ROOT, fitting, object_file
from meshwright.release.read import Part, records_in, root_of

if TYPE_CHECKING:
    from meshwright.release.store import ReleaseStore

Told = Callable[[int, int], None]
"""Hears how many of how many files are here."""

_AT_ONCE = 16
"""Files on their way at the same time: a store answers one after some 50 ms, however small it is."""


@value
class Brought:
    """How much of a release had to be fetched."""

    files: int
    size: int


def _silent(_done: int, _all: int) -> None:
    """Say nothing."""


class Copy:
    """The releases in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def has(self, release: Digest) -> bool:
        """Tell whether a release is here, whole."""
        return self._path(release).is_file()

    def fetch(self, store: "ReleaseStore", release: Digest, told: Told = _silent) -> Brought:
        """Bring what is not here yet of a release, every byte verified. Raises `NotFound` or `Corrupt`."""
        if self.has(release):
            return Brought(0, 0)
        content = store.file(release, ROOT, release)
        root = root_of(content, release)
        first = self._bring(store, release, root.parts, _silent)
        _, *shards = self.files(release, root.parts)
        records = [part for shard in shards for part in records_in(shard)]
        rest = self._bring(store, release, records, told)
        self._keep(release, content)
        brought = (*first, *rest, len(content))
        return Brought(len(brought), sum(brought))

    def file(self, release: Digest, name: str, digest: Digest) -> bytes:
        """Return one file of a release, verified. Raises `NotFound` or `Corrupt`."""
        try:
            content = self._path(digest).read_bytes()
        except FileNotFoundError:
            raise NotFound(f"`{name}` of release {release.short} is not here") from None
        return fitting(content, digest, release, name)

    def files(self, release: Digest, parts: Iterable[Part]) -> Iterator[bytes]:
        """Yield files of a release, verified, in their order."""
        return (self.file(release, part.name, part.digest) for part in parts)

    def _bring(self, store: "ReleaseStore", release: Digest, parts: Iterable[Part], told: Told) -> list[int]:
        """Fetch those of some files that are not here; return their sizes."""
        from concurrent.futures import ThreadPoolExecutor  # whoever only reads a copy waits for no threads

        wanted = [p for p in parts if not self._path(p.digest).is_file()]

        def bring(part: Part) -> int:
            content = store.file(release, part.name, part.digest)
            self._keep(part.digest, content)
            return len(content)

        sizes: list[int] = []
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for size in pool.map(bring, wanted):
                sizes.append(size)
                told(len(sizes), len(wanted))
        return sizes

    def _path(self, digest: Digest) -> Path:
        return self._folder / object_file(digest)

    def _keep(self, digest: Digest, content: bytes) -> None:
        path = self._path(digest)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        draft.write_bytes(content)
        draft.replace(path)
