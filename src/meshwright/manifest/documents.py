"""Documents: read what mesh.yaml, the domains and a product say, one file's problems never hiding another's.

Brings pydantic and YAML: loaded where something must be read that is not kept.
"""

from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from meshwright.manifest import layout
from meshwright.manifest.elsewhere import Elsewhere
from meshwright.manifest.layout import Folder
from meshwright.manifest.mesh.accounts import check_accounts
from meshwright.manifest.mesh.domains import bad_name, read_domains
from meshwright.manifest.mesh.mesh_file import MeshFile, check_mesh, declared, read_mesh_file, resolved_mesh
from meshwright.manifest.mesh.spoken import spoken
from meshwright.manifest.organisation import Organisation, Told
from meshwright.manifest.product.declared import Declared
from meshwright.manifest.product.origin import Trace
from meshwright.manifest.product.resolve import resolve
from meshwright.manifest.product.subject import Layer, Subject
from meshwright.manifest.reading import Reading
from meshwright.manifest.shapes.documents import ProductDocument
from meshwright.manifest.shapes.shape import shaped
from meshwright.manifest.text.problems import Problems
from meshwright.manifest.text.syntax import read_file
from meshwright.model.address import NAME, ProductAddress
from meshwright.model.mesh import Mesh
from meshwright.model.naming import PRODUCT_FILE


class Documents:
    """The documents of a mesh and its domains, read, with what they say together: the `organisation`."""

    def __init__(self, root: Path, folders: Iterable[Folder], elsewhere: Elsewhere | None) -> None:
        problems = Problems()
        apart = layout.is_domain_repository(root)
        file, mesh, self._declared = _top(root, elsewhere, Problems() if apart else problems)
        top = () if file.says is None else (Layer(file.says, file.place),)
        self._root = root
        self._layers: dict[str, tuple[Layer, ...]] = {}
        told: list[Told] = []
        for above in read_domains(root, folders, elsewhere, self._declared, problems):
            layers = (*above.layers, *top)
            domain = replace(above.resolved(), apart=apart)
            self._layers[domain.name] = layers
            told.append(Told(domain, spoken(above, domain, top), _name(layers)))
        if file.says is not None:
            check_accounts(file.says, file.place, self._layers, problems)
        mesh = replace(mesh, domains=tuple(t.domain for t in told))
        self.organisation = Organisation(mesh, tuple(told), problems.found)

    def product(self, folder: Folder, address: ProductAddress, trace: Trace) -> Reading:
        """Read the product in a folder."""
        problems = Problems()
        file = f"{folder.path}/{PRODUCT_FILE}"
        if not NAME.fullmatch(address.product):
            bad_name(file, address.product, problems)
        document = read_file(self._root / file, file, problems)
        says = None if document is None else shaped(ProductDocument, document, problems)
        if document is None or says is None:
            return Reading(None, problems.found)
        above, inside = self._layers[address.domain], self._root / folder.path
        subject = Subject(address, says, document.root, above, self._declared, inside, folder.files, problems, trace)
        product = resolve(subject)
        return Reading(None if problems.stop else product, problems.found)


def _top(root: Path, elsewhere: Elsewhere | None, problems: Problems) -> tuple[MeshFile, Mesh, Declared]:
    """Return what mesh.yaml says, and what others may name of it.

    Of one with mistakes nobody knows which names it meant to declare: nobody else is blamed for them.
    """
    file = read_mesh_file(root, elsewhere.mesh if elsewhere else None, problems)
    broken = problems.stop
    known = declared(None if broken else file.says, file.place)
    if file.says is not None:
        check_mesh(file.says, file.place, known, problems)
    mesh = resolved_mesh(file, root)
    return file, replace(mesh, glossary=()) if broken else mesh, known


def _name(layers: Iterable[Layer]) -> str:
    """Name what stands above the products of a domain."""
    state = sha256()
    for layer in layers:
        state.update(f"\0{layer.place.text.file}\0{layer.place.text.text}".encode())
    return state.hexdigest()
