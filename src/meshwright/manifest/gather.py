"""Gather: read every document of a mesh, one file's problems never hiding another's."""

from dataclasses import dataclass, replace
from pathlib import Path

from meshwright.manifest import layout, top
from meshwright.manifest.declared import Declared
from meshwright.manifest.documents import ProductDocument
from meshwright.manifest.domains import bad_name, read_domains
from meshwright.manifest.layout import Folder
from meshwright.manifest.origin import Resolved, Trace
from meshwright.manifest.problems import Problems
from meshwright.manifest.resolve import resolve
from meshwright.manifest.shape import shaped
from meshwright.manifest.spoken import spoken
from meshwright.manifest.subject import Layer, Subject
from meshwright.manifest.syntax import read_file
from meshwright.model.address import NAME, ProductAddress
from meshwright.model.mesh import Domain, Mesh
from meshwright.model.product import DataProduct


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the files say. `unsound` are the products that have an error of their own."""

    mesh: Mesh
    unsound: frozenset[ProductAddress]
    origins: dict[ProductAddress, tuple[Resolved, ...]]
    domain_origins: dict[str, tuple[Resolved, ...]]


def gather(root: Path, problems: Problems) -> Gathered:
    """Read the mesh at `root`; its products are those without an error of their own."""
    document, place = top.read_mesh(root, problems)
    known = top.declared(document, place)
    above: tuple[Layer, ...] = ()
    if document is not None:
        above = (Layer(document, place),)
        top.check(document, place, known, problems)
    domains: list[Domain] = []
    found: list[DataProduct] = []
    unsound: set[ProductAddress] = set()
    origins: dict[ProductAddress, tuple[Resolved, ...]] = {}
    domain_origins: dict[str, tuple[Resolved, ...]] = {}
    mesh = top.resolved(document, root, place)
    for domain in read_domains(root, known, problems):
        domains.append(domain.resolved(document, problems))
        domain_origins[domain.own.name] = spoken(domain, domains[-1], mesh, above)
        for product in layout.products(root, domain.own.folder, problems):
            address = ProductAddress(domain.own.name, product.name)
            own = Problems()
            resolved = _product(root, product, address, (*domain.layers, *above), known, own)
            problems.extend(own)
            if resolved is None or own.stop or not NAME.fullmatch(domain.own.name):
                unsound.add(address)
            else:
                found.append(resolved[0])
                origins[address] = resolved[1]
    mesh = replace(mesh, domains=tuple(domains), products=tuple(found))
    return Gathered(mesh, frozenset(unsound), origins, domain_origins)


def _product(
    root: Path, folder: Folder, address: ProductAddress, above: tuple[Layer, ...], declared: Declared, own: Problems
) -> tuple[DataProduct, tuple[Resolved, ...]] | None:
    file = f"{folder.path}/{layout.PRODUCT_FILE}"
    if not NAME.fullmatch(address.product):
        bad_name(file, address.product, own)
    document = read_file(root / file, file, own)
    says = None if document is None else shaped(ProductDocument, document, own)
    if document is None or says is None:
        return None
    trace = Trace()
    subject = Subject(address, says, document.root, above, declared, root / folder.path, folder.files, own, trace)
    return resolve(subject), tuple(trace.noted)
