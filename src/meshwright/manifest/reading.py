"""Reading: what does one product's folder say? Kept under all that was read for it, and then read only once.

A reading depends on the files in the product's folder, on what its domains and the mesh say above it, and on nothing
else: the key of a reading names all of that, by content. Where no file has changed since the last time, the key is
remembered, and not even hashed again.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from meshwright import __version__
from meshwright.manifest.layout import Folder
from meshwright.manifest.product.subject import Layer
from meshwright.manifest.remembered import Kept, Remembered
from meshwright.manifest.text.syntax import MAX_BYTES
from meshwright.model.diagnostic import Diagnostic
from meshwright.model.errors import Busy
from meshwright.model.packing import pack, shape, unpack
from meshwright.model.product import DataProduct
from meshwright.model.products import Outline, outline_of


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found: the product, unless there is an error in it, and its problems."""

    product: DataProduct | None
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of a reading without unpacking it; `outline` is None where there is an error in the product."""

    digest: bytes
    outline: Outline | None
    diagnostics: tuple[Diagnostic, ...]
    reading: Callable[[], Reading]

    @property
    def product(self) -> DataProduct:
        """The product that was found. Raises `Busy` when its files are changed just now, and it has an error since."""
        product = self.reading().product
        if product is None:
            raise Busy("a product was changed while the mesh was read", hint="try again")
        return product


def found(reading: Reading, digest: bytes = b"") -> Found:
    """Return what is known of a reading that was just made."""
    outline = None if reading.product is None else outline_of(reading.product)
    return Found(digest, outline, reading.diagnostics, lambda: reading)


_DIAGNOSTICS = tuple[Diagnostic, ...]
_SHAPE = f"{__version__}\0{shape(Reading)}\0{Outline._fields}"


def remembered(root: Path, kept: Kept) -> Remembered:
    """Return what is remembered of the folders of a mesh."""
    return Remembered(kept, f"readings\0{_SHAPE}\0{root}")


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where the readings of one domain's products are kept; `above` names what its domains and the mesh say."""

    root: Path
    above: bytes
    kept: Kept
    known: Remembered

    @classmethod
    def below(cls, layers: tuple[Layer, ...], root: Path, kept: Kept, known: Remembered) -> "Shelf":
        """Return the shelf of a domain."""
        state = sha256(_SHAPE.encode())
        for layer in layers:
            state.update(f"\0{layer.place.text.file}\0{layer.place.text.text}".encode())
        return cls(root, state.digest(), kept, known)

    def reading(self, folder: Folder, read: Callable[[], Reading]) -> Found:
        """Return what is known of the reading of a folder; `read` makes it where it is not kept."""
        state = None if folder.state is None else self._state(folder.state)
        known = None if state is None else self.known.get(folder.path, state)
        if known is not None:
            return self._remembered(known, lambda: self._made(folder, read)[0])
        reading, packed, key = self._made(folder, read)
        made = found(reading, sha256(packed).digest())
        if state is not None and key is not None:
            outline = None if made.outline is None else made.outline.plain
            told = pack(_DIAGNOSTICS, made.diagnostics).decode(errors="surrogatepass") if made.diagnostics else ""
            self.known.put(folder.path, state, [key.hex(), made.digest.hex(), outline, told])
        return made

    def _remembered(self, known: list[Any], again: Callable[[], Reading]) -> Found:
        key, digest, plain, told = known
        self.kept.hold(bytes.fromhex(key))
        outline = None if plain is None else Outline.of(plain)
        diagnostics = unpack(_DIAGNOSTICS, told.encode(errors="surrogatepass")) if told else ()

        def reading() -> Reading:
            return unpack(Reading, self.kept.get(bytes.fromhex(key))) or again()

        return Found(bytes.fromhex(digest), outline, diagnostics or (), reading)

    def _made(self, folder: Folder, read: Callable[[], Reading]) -> tuple[Reading, bytes, bytes | None]:
        """Return the reading of a folder, unpacked and packed, with its key; read it where it is not kept."""
        key = self._key(folder)
        packed = None if key is None else self.kept.get(key)
        reading = unpack(Reading, packed)
        if reading is None or packed is None:
            reading = read()
            packed = pack(Reading, reading)
            if key is not None:
                self.kept.put(key, packed)
        return reading, packed, key

    def _state(self, files: str) -> str:
        return sha256(self.above + files.encode(errors="surrogateescape")).hexdigest()

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
