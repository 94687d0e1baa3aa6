"""Organisation: what do mesh.yaml and the domains' files say? Kept by what is in them, and then not read.

Whoever changes no manifest waits for no reader of manifests: this loads neither YAML nor pydantic.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from meshwright import __version__
from meshwright.manifest.elsewhere import Elsewhere
from meshwright.manifest.layout import Folder
from meshwright.manifest.product.origin import Resolved
from meshwright.manifest.remembered import Kept
from meshwright.manifest.text.content import digest_of
from meshwright.model.codec import canonical, dump
from meshwright.model.diagnostic import Diagnostic
from meshwright.model.mesh import Domain, Mesh
from meshwright.model.naming import DOMAIN_FILE, MESH_FILE
from meshwright.model.packing import pack, shape, unpack
from meshwright.model.value import value


@value
class Told:
    """A domain, the origins of what it says for its products, and a name of all that stands above them."""

    domain: Domain
    origins: tuple[Resolved, ...]
    above: str


@value
class Organisation:
    """The mesh without its products, its domains in the order of their folders, and what is wrong with their files."""

    mesh: Mesh
    domains: tuple[Told, ...]
    diagnostics: tuple[Diagnostic, ...]


_SHAPE = f"{__version__}\0{shape(Organisation)}"


def kept_organisation(
    root: Path,
    folders: tuple[Folder, ...],
    elsewhere: Elsewhere | None,
    kept: Kept | None,
    read: Callable[[], Organisation],
) -> Organisation:
    """Return what is kept of the files of mesh and domains as they are now; else what `read` finds in them."""
    key = None if kept is None else _key(root, folders, elsewhere)
    if kept is None or key is None:
        return read()
    known = unpack(Organisation, kept.get(key))
    if known is None:
        known = read()
        if _key(root, folders, elsewhere) == key:  # else a file was changed in the meantime
            kept.put(key, pack(Organisation, known))
    return known


def _key(root: Path, folders: tuple[Folder, ...], elsewhere: Elsewhere | None) -> bytes | None:
    """Name all that an organisation is read from; None where that has no name, as with a pipe."""
    state = sha256(f"organisation\0{_SHAPE}\0{root.name}\0{_known(elsewhere)}".encode())
    for file in _files(folders):
        path = f"{root}/{file}"
        if os.path.lexists(path) and not os.path.isfile(path):  # noqa: PTH113  # a Path for each takes as long as reading
            return None
        state.update(f"\0{file}\0".encode(errors="surrogateescape") + digest_of(path))
    return state.digest()


def _files(folders: Iterable[Folder]) -> Iterator[str]:
    yield MESH_FILE
    yield from (f"{folder.path}/{DOMAIN_FILE}" for folder in folders)


def _known(elsewhere: Elsewhere | None) -> str:
    if elsewhere is None or elsewhere.mesh is None:
        return "nothing elsewhere" if elsewhere is None else "nothing known elsewhere"
    return canonical(dump(replace(elsewhere.mesh, products=()))).decode()
