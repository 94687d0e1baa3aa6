"""Copy: the releases that were fetched to work without their store, each file under the digest of its bytes.

What two releases share is fetched once, and nothing is ever changed. The root comes last, so that a release is here
whole or not at all. Reading loads no third party: a command that finds its mesh elsewhere pays for this each time.
"""

import secrets
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from meshwright.model.address import ProductAddress
from meshwright.model.errors import NotFound
from meshwright.model.identity import Digest
from meshwright.model.value import value
from meshwright.release.files import MESH, ROOT, fitting, object_file, record_file, shard_file
from meshwright.release.read import products_of, root_of

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


@value
class _Part:
    """One file of a release: its name, and the digest of its bytes."""

    name: str
    digest: Digest


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
        top = _Part(ROOT, release)
        content = store.file(release, *_words(top))
        root = root_of(content, release)
        shards = [_Part(shard_file(s.name), s.digest) for s in root.shards]
        first = self._bring(store, release, [_Part(MESH, root.mesh), *shards], _silent)
        records = [part for shard in shards for part in self._records(release, shard)]
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

    def _records(self, release: Digest, shard: _Part) -> list[_Part]:
        listed: dict[ProductAddress, Digest] = products_of(self.file(release, *_words(shard)))
        return [_Part(record_file(product), digest) for product, digest in listed.items()]

    def _bring(self, store: "ReleaseStore", release: Digest, parts: Iterable[_Part], told: Told) -> list[int]:
        """Fetch those of some files that are not here; return their sizes."""
        from concurrent.futures import ThreadPoolExecutor  # whoever only reads a copy waits for no threads

        wanted = [p for p in parts if not self._path(p.digest).is_file()]

        def bring(part: _Part) -> int:
            content = store.file(release, *_words(part))
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


def _words(part: _Part) -> tuple[str, Digest]:
    return part.name, part.digest
