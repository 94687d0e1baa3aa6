"""Gather: read every document of a mesh, one file's problems never hiding another's."""

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from meshwright.manifest import layout
from meshwright.manifest.elsewhere import Elsewhere
from meshwright.manifest.layout import Folder
from meshwright.manifest.mesh.domains import bad_name, read_domains
from meshwright.manifest.mesh.mesh_file import MeshFile, check_mesh, declared, read_mesh_file, resolved_mesh
from meshwright.manifest.mesh.spoken import spoken
from meshwright.manifest.product.declared import Declared
from meshwright.manifest.product.origin import Resolved, Trace
from meshwright.manifest.product.resolve import resolve
from meshwright.manifest.product.subject import Layer, Subject
from meshwright.manifest.reading import Found, Reading, Shelf, found, remembered
from meshwright.manifest.remembered import Kept
from meshwright.manifest.shapes.documents import ProductDocument
from meshwright.manifest.shapes.shape import shaped
from meshwright.manifest.text.problems import Problems
from meshwright.manifest.text.syntax import read_file
from meshwright.model.address import NAME, ProductAddress
from meshwright.model.mesh import Domain, Mesh
from meshwright.model.naming import PRODUCT_FILE
from meshwright.model.products import Products
from meshwright.model.progress import counted


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the files say. `products` are those of the mesh; `unsound` are those that have an error of their own."""

    mesh: Mesh
    products: Products
    unsound: frozenset[ProductAddress]
    origins: dict[ProductAddress, tuple[Resolved, ...]]
    domain_origins: dict[str, tuple[Resolved, ...]]
    digests: dict[ProductAddress, bytes]


def gather(
    root: Path,
    problems: Problems,
    elsewhere: Elsewhere | None = None,
    kept: Kept | None = None,
    *,
    traced: ProductAddress | None = None,
) -> Gathered:
    """Read what is at `root` of a mesh; its products are those without an error of their own.

    Where readings are `kept`, only the `traced` product is read for the origins of its values.
    """
    apart = layout.is_domain_repository(root)
    file, mesh, known = _top(root, elsewhere, Problems() if apart else problems)
    above = () if file.says is None else (Layer(file.says, file.place),)
    domains: list[Domain] = []
    domain_origins: dict[str, tuple[Resolved, ...]] = {}
    origins: dict[ProductAddress, tuple[Resolved, ...]] = {}
    readings: dict[ProductAddress, Found] = {}
    memory = None if kept is None else remembered(root, kept)
    for domain in read_domains(root, elsewhere, known, problems):
        domains.append(replace(domain.resolved(), apart=apart))
        domain_origins[domain.own.name] = spoken(domain, domains[-1], above)
        layers = (*domain.layers, *above)
        shelf = None if kept is None or memory is None else Shelf.below(layers, root, kept, memory)
        folders, many = layout.products(root, domain.own.folder, problems), len(domain.own.folder.folders)
        for folder in counted(f"reading `{domain.own.name}`", folders, many):
            address = ProductAddress(domain.own.name, folder.name)
            is_traced = shelf is None or address == traced
            trace = Trace([] if is_traced else None)
            read = partial(_read, root, folder, address, layers, known, trace)
            readings[address] = found(read()) if shelf is None or is_traced else shelf.reading(folder, read)
            origins[address] = trace.resolved
            problems.extend(readings[address].diagnostics)
    if memory is not None:
        memory.save()
    sound = {a: r.outline for a, r in readings.items() if r.outline is not None and NAME.fullmatch(a.domain)}
    products = Products(sound, lambda address: readings[address].product)
    return Gathered(
        mesh=replace(mesh, domains=tuple(domains), products=products),
        products=products,
        unsound=frozenset(readings) - frozenset(sound),
        origins=origins,
        domain_origins=domain_origins,
        digests={address: readings[address].digest for address in sound},
    )


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


def _read(
    root: Path, folder: Folder, address: ProductAddress, above: tuple[Layer, ...], declared: Declared, trace: Trace
) -> Reading:
    problems = Problems()
    file = f"{folder.path}/{PRODUCT_FILE}"
    if not NAME.fullmatch(address.product):
        bad_name(file, address.product, problems)
    document = read_file(root / file, file, problems)
    says = None if document is None else shaped(ProductDocument, document, problems)
    if document is None or says is None:
        return Reading(None, problems.found)
    inside = root / folder.path
    product = resolve(Subject(address, says, document.root, above, declared, inside, folder.files, problems, trace))
    return Reading(None if problems.stop else product, problems.found)
