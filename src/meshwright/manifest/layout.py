"""Layout: which files of a mesh's folder are read, and which look as if they should be?"""

import os
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path

from meshwright.manifest.codes import Code
from meshwright.manifest.state import state_of
from meshwright.manifest.text.problems import Problems
from meshwright.model.diagnostic import Location
from meshwright.model.naming import DOMAIN_FILE, DOMAINS, LOCK_FILE, MESH_FILE, PRODUCT_FILE, domain_home
from meshwright.model.value import value


@value
class Folder:
    """One folder: its name, its path relative to the mesh's root, the files and folders directly in it.

    `state` names all that is in a product's folder without being read; None where there is no telling it.
    """

    name: str
    path: str
    files: tuple[str, ...]
    folders: tuple[str, ...]
    state: str | None = None


_NAME = attrgetter("name")


def is_domain_repository(root: Path) -> bool:
    """Tell whether the folder holds domains of a mesh whose mesh.yaml is in another repository."""
    return not (root / MESH_FILE).is_file() and (root / LOCK_FILE).is_file()


def domains(root: Path, problems: Problems) -> Iterator[Folder]:
    """Yield the domains' folders, in the order of their names."""
    top = _listed(str(root), DOMAINS, problems)
    _stray(top, "", problems)
    for name in top.folders:
        yield _listed(str(root), domain_home(name), problems)


def products(root: Path, domain: Folder, problems: Problems) -> Iterator[Folder]:
    """Yield the products' folders of a domain, and say which folders are none."""
    _stray(domain, DOMAIN_FILE, problems)
    top = str(root)
    for name in domain.folders:
        folder = _listed(top, f"{domain.path}/{name}", problems, stated=True)
        if PRODUCT_FILE not in folder.files:  # else the manifest says which files of the folder it reads
            _stray(folder, PRODUCT_FILE, problems)
        if PRODUCT_FILE in folder.files:
            yield folder
        elif folder.files or folder.folders:
            at = Location(f"{folder.path}/{PRODUCT_FILE}")
            hint = "each folder of a domain is a product: write its manifest, or begin the folder's name with `_`"
            problems.error(Code.UNREADABLE, at, f"the folder `{folder.path}` has no {PRODUCT_FILE}", hint)


def _listed(root: str, path: str, problems: Problems, *, stated: bool = False) -> Folder:
    files: list[str] = []
    folders: list[str] = []
    state: str | None = None
    try:
        with os.scandir(f"{root}/{path}") as found:
            entries = sorted(found, key=_NAME)
        for entry in entries:
            name = entry.name
            if name[0] not in "._":
                (folders if _is_folder(entry) else files).append(name)
        state = state_of(entries) if stated else None
    except FileNotFoundError:
        pass  # a mesh may have no domains yet
    except OSError as error:
        message = f"the folder `{path}` cannot be read: {(error.strerror or '').lower()}"
        problems.error(Code.UNREADABLE, Location(path), message, "see to it that whoever reads the mesh may list it")
    return Folder(path.rpartition("/")[2], path, tuple(files), tuple(folders), state)


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False  # a link to itself: whoever reads it as a file will say so


def _stray(folder: Folder, wanted: str, problems: Problems) -> None:
    """Warn of YAML that nothing reads: a misspelt file name must not silence a manifest."""
    for name in folder.files:
        if name.endswith((".yaml", ".yml")) and name != wanted:
            hint = f"rename it to `{wanted}`" if wanted and wanted not in folder.files else "move it elsewhere"
            problems.warn(Code.STRAY, Location(f"{folder.path}/{name}"), f"nothing reads `{name}` here", hint)
