"""Reading: what does one product's folder say? Kept under all that was read for it, and then read only once.

A reading depends on the files in the product's folder, on what its domains and the mesh say above it, and on nothing
else: the key of a reading names all of that, by content. Where no file has changed since the last time, the key is
remembered, and not even hashed again. Where only the SQL of its tables has, it takes the place of what was there.
"""

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from meshwright import __version__
from meshwright.manifest.layout import Folder
from meshwright.manifest.remembered import Kept, Remembered
from meshwright.manifest.text.content import digest_of, read_text
from meshwright.manifest.text.problems import Problems
from meshwright.model.address import ProductAddress
from meshwright.model.diagnostic import Diagnostic
from meshwright.model.errors import Busy
from meshwright.model.packing import pack, shape, unpack
from meshwright.model.product import DataProduct, OutputTable, Transform
from meshwright.model.products import Outline, outline_of
from meshwright.model.value import value


@value
class Reading:
    """What was found: the product, unless there is an error in it, and its problems."""

    product: DataProduct | None
    diagnostics: tuple[Diagnostic, ...]


@value
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


class _Kept(NamedTuple):
    """What is remembered of a reading: its key, what names it and what names it but for its SQL; the rest, packed."""

    key: str
    digest: str
    beside: str
    outline: list[Any] | None
    diagnostics: str


_DIAGNOSTICS = tuple[Diagnostic, ...]
_NAME = sha256(f"{__version__}\0{shape(Reading)}\0{Outline._fields}\0{_Kept._fields}".encode()).hexdigest()
"""Names how readings are kept, and by whom."""


def remembered(root: Path, kept: Kept) -> Remembered:
    """Return what is remembered of the folders of a mesh."""
    return Remembered(kept, f"readings\0{_NAME}\0{root}")


@value
class Shelf:
    """Where the readings of one domain's products are kept; `above` names what its domains and the mesh say."""

    root: Path
    above: str
    kept: Kept
    known: Remembered

    def reading(self, address: ProductAddress, folder: Folder, read: Callable[[], Reading]) -> Found:
        """Return what is known of the reading of a product's folder; `read` makes it where it is not kept."""
        state = None if folder.state is None else self._state(folder.state)
        known = None if state is None else self.known.get(address, state)
        if known is not None:
            return self._remembered(_Kept._make(known), lambda: self._made(address, folder, read)[0])
        reading, packed, key = self._made(address, folder, read)
        made = found(reading, sha256(packed).digest())
        if state is not None and key is not None:
            outline = None if made.outline is None else made.outline.plain
            told = pack(_DIAGNOSTICS, made.diagnostics).decode(errors="surrogatepass") if made.diagnostics else ""
            beside = self._beside(folder, reading)
            self.known.put(address, state, _Kept(key.hex(), made.digest.hex(), beside, outline, told))
        return made

    def _remembered(self, known: _Kept, again: Callable[[], Reading]) -> Found:
        key = bytes.fromhex(known.key)
        self.kept.hold((key,))
        told = known.diagnostics.encode(errors="surrogatepass")
        return Found(
            bytes.fromhex(known.digest),
            None if known.outline is None else Outline.of(known.outline),
            (unpack(_DIAGNOSTICS, told) or ()) if told else (),
            lambda: unpack(Reading, self.kept.get(key)) or again(),
        )

    def _made(
        self, address: ProductAddress, folder: Folder, read: Callable[[], Reading]
    ) -> tuple[Reading, bytes, bytes | None]:
        """Return the reading of a folder, unpacked and packed, with its key; read it where it is not kept."""
        key = self._key(folder)
        packed = None if key is None else self.kept.get(key)
        reading = unpack(Reading, packed)
        if reading is None or packed is None:
            reading = self._rewritten(address, folder) or read()
            packed = pack(Reading, reading)
            if key is not None and self._key(folder) == key:  # else a file was changed in the meantime
                self.kept.put(key, packed)
        return reading, packed, key

    def _rewritten(self, address: ProductAddress, folder: Folder) -> Reading | None:
        """Return what was read the last time with the SQL that is there now, where nothing else has changed."""
        found = self.known.last(address)
        last = None if found is None else _Kept(*found)
        before = None if last is None else unpack(Reading, self.kept.get(bytes.fromhex(last.key)))
        if last is None or before is None or before.product is None or before.product.code is not None:
            return None
        if not last.beside or last.beside != self._beside(folder, before):
            return None
        problems, files = Problems(), _sql(before)
        texts = {file: read_text(self.root / file, file, problems) for file in files}
        if problems.found or any(d.at.file in files for d in before.diagnostics):
            return None
        return replace(
            before, product=_with_sql(before.product, {f: t.text for f, t in texts.items() if t is not None})
        )

    def _state(self, files: str) -> str:
        return sha256((self.above + files).encode(errors="surrogateescape")).hexdigest()

    def _beside(self, folder: Folder, reading: Reading) -> str:
        """Name all that a reading depends on but the texts of its SQL; nothing where that has no name."""
        found = self._key(folder, _sql(reading))
        return "" if found is None else found.hex()

    def _key(self, folder: Folder, without: Collection[str] = ()) -> bytes | None:
        """Name all that a reading depends on, `without` what is in some files.

        None where that has no name, as behind a link: that is read each time.
        """
        state = sha256(f"{_NAME}\0{self.above}".encode())
        top = f"{self.root}/"
        try:
            for path in _files(top + folder.path):
                if path is None:
                    return None
                file = path.removeprefix(top)
                content = b"" if file in without else digest_of(path)
                state.update(file.encode(errors="surrogateescape") + b"\0" + content)
        except OSError:  # of a folder in it, or a link to itself: what is there cannot be named
            return None
        return state.digest()


def _sql(reading: Reading) -> frozenset[str]:
    """Return the files that hold the SQL of a product without errors."""
    tables = (table for _, table in reading.product.tables()) if reading.product else ()
    return frozenset(table.transform.file for table in tables if isinstance(table.transform, Transform))


def _with_sql(product: DataProduct, texts: Mapping[str, str]) -> DataProduct:
    """Return a product whose tables are made by other texts, each under the name of its file."""

    def table(made: OutputTable) -> OutputTable:
        own = made.transform
        return replace(made, transform=replace(own, sql=texts[own.file])) if isinstance(own, Transform) else made

    ports = (replace(port, tables=tuple(map(table, port.tables))) for port in product.outputs)
    return replace(product, outputs=tuple(ports))


def _files(folder: str) -> Iterator[str | None]:
    """Yield all files of a folder and the folders in it; None for what has no content to name, such as a pipe."""
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _files(entry.path)
        else:
            yield entry.path if entry.is_file() else None
