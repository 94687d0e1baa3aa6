"""Reading: what does one product's folder say? Kept under all that was read for it, and then read only once.

A reading depends on the files in the product's folder, on what its domains and the mesh say above it, and on nothing
else: the key of a reading names all of that, by content.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from meshwright import __version__
from meshwright.manifest.layout import Folder
from meshwright.manifest.product.subject import Layer
from meshwright.manifest.text.syntax import MAX_BYTES
from meshwright.model.diagnostic import Diagnostic
from meshwright.model.packing import pack, shape, unpack
from meshwright.model.product import DataProduct


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found: the product, unless there is an error in it, and its problems."""

    product: DataProduct | None
    diagnostics: tuple[Diagnostic, ...]


class Kept(Protocol):
    """What was made before, each under a key that names what it was made of."""

    def get(self, key: bytes) -> bytes | None:
        """Return what was kept under a key."""

    def put(self, key: bytes, content: bytes) -> None:
        """Keep something."""


_SHAPE = shape(Reading)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where the readings of one domain's products are kept; `above` names what its domains and the mesh say."""

    root: Path
    above: bytes
    kept: Kept | None

    @classmethod
    def below(cls, layers: tuple[Layer, ...], root: Path, kept: Kept | None) -> "Shelf":
        """Return the shelf of a domain."""
        state = sha256(f"{__version__}\0{_SHAPE}".encode())
        for layer in layers:
            state.update(f"\0{layer.place.text.file}\0{layer.place.text.text}".encode())
        return cls(root, state.digest(), kept)

    def reading(self, folder: Folder, read: Callable[[], Reading]) -> tuple[Reading, bytes]:
        """Return the reading of a folder, and its digest; `read` makes it where it is not kept."""
        if self.kept is None:
            return read(), b""
        key = self._key(folder)
        packed = None if key is None else self.kept.get(key)
        reading = unpack(Reading, packed)
        if reading is None or packed is None:
            reading = read()
            packed = pack(Reading, reading)
            if key is not None:
                self.kept.put(key, packed)
        return reading, sha256(packed).digest()

    def _key(self, folder: Folder) -> bytes | None:
        """Name all that a reading depends on; None where that has no name, as behind a link: that is read each time."""
        state = sha256(self.above)
        top = f"{self.root}/"
        try:
            for file in _files(top + folder.path):
                if file is None:
                    return None
                state.update(file.removeprefix(top).encode(errors="surrogateescape") + b"\0" + _content(file))
        except OSError:  # of a folder in it, or a link to itself: what is there cannot be named
            return None
        return state.digest()


def _files(folder: str) -> Iterator[str | None]:
    """Yield all files of a folder and the folders in it; None for what has no content to name, such as a pipe."""
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _files(entry.path)
        else:
            yield entry.path if entry.is_file() else None


def _content(file: str) -> bytes:
    """Return what is in a file; of one that is too large to be read as a manifest or its SQL, only that it is."""
    try:
        with open(file, "rb", buffering=0) as stream:  # noqa: PTH123  # a Path for each would take as long as reading it
            size = os.fstat(stream.fileno()).st_size
            return b"" if size > MAX_BYTES else sha256(stream.read(size)).digest()
    except OSError as error:
        return str(error.errno).encode()
