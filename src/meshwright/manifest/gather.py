"""Gather: read every document of a mesh, one file's problems never hiding another's."""

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from meshwright.manifest import layout
from meshwright.manifest import top as tops
from meshwright.manifest.declared import Declared
from meshwright.manifest.documents import ProductDocument
from meshwright.manifest.domains import bad_name, read_domains
from meshwright.manifest.elsewhere import Elsewhere
from meshwright.manifest.layout import Folder
from meshwright.manifest.origin import Resolved, Trace
from meshwright.manifest.problems import Problems
from meshwright.manifest.reading import Kept, Reading, Shelf
from meshwright.manifest.resolve import resolve
from meshwright.manifest.shape import shaped
from meshwright.manifest.spoken import spoken
from meshwright.manifest.subject import Layer, Subject
from meshwright.manifest.syntax import read_file
from meshwright.model.address import NAME, ProductAddress
from meshwright.model.mesh import Domain, Mesh
from meshwright.model.naming import PRODUCT_FILE


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the files say. `unsound` are the products that have an error of their own."""

    mesh: Mesh
    unsound: frozenset[ProductAddress]
    origins: dict[ProductAddress, tuple[Resolved, ...]]
    domain_origins: dict[str, tuple[Resolved, ...]]
    digests: dict[ProductAddress, bytes]


def gather(root: Path, problems: Problems, elsewhere: Elsewhere | None = None, kept: Kept | None = None) -> Gathered:
    """Read what is at `root` of a mesh; its products are those without an error of their own."""
    apart = layout.is_domain_repository(root)
    top = tops.read_mesh(root, elsewhere.mesh if elsewhere else None, problems)
    document, place = top.says, top.place
    # Of a mesh.yaml with mistakes nobody knows which names it meant to declare: nobody else is blamed for them.
    broken = problems.stop
    known = tops.declared(None if broken else document, place)
    above: tuple[Layer, ...] = ()
    if document is not None:
        above = (Layer(document, place),)
        tops.check(document, place, known, Problems() if apart else problems)
    domains: list[Domain] = []
    domain_origins: dict[str, tuple[Resolved, ...]] = {}
    origins: dict[ProductAddress, tuple[Resolved, ...]] = {}
    readings: dict[ProductAddress, tuple[Reading, bytes]] = {}
    mesh = tops.resolved(top, root)
    if broken:
        mesh = replace(mesh, glossary=())
    for domain in read_domains(root, elsewhere, known, problems):
        domains.append(replace(domain.resolved(document, problems), apart=apart))
        domain_origins[domain.own.name] = spoken(domain, domains[-1], mesh, above)
        layers = (*domain.layers, *above)
        shelf = Shelf.below(layers, root, kept)
        for folder in layout.products(root, domain.own.folder, problems):
            address = ProductAddress(domain.own.name, folder.name)
            trace = Trace([] if kept is None else None)
            readings[address] = shelf.reading(folder, partial(_read, root, folder, address, layers, known, trace))
            origins[address] = trace.resolved
            problems.extend(readings[address][0].diagnostics)
    found = {a: r.product for a, (r, _) in readings.items() if r.product is not None and NAME.fullmatch(a.domain)}
    return Gathered(
        mesh=replace(mesh, domains=tuple(domains), products=tuple(found.values())),
        unsound=frozenset(readings) - frozenset(found),
        origins=origins,
        domain_origins=domain_origins,
        digests={address: readings[address][1] for address in found},
    )


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
