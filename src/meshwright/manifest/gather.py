"""Gather: read every document of a mesh, one file's problems never hiding another's."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from meshwright.manifest import layout
from meshwright.manifest.codes import Code
from meshwright.manifest.documents import DomainDocument, EnvironmentBlock, MeshDocument, ProductDocument, Shared
from meshwright.manifest.layout import Folder
from meshwright.manifest.origin import Resolved, Trace
from meshwright.manifest.place import Place
from meshwright.manifest.problems import Problems
from meshwright.manifest.resolve import check_person, check_purpose, check_team, resolve
from meshwright.manifest.schedule import consistent
from meshwright.manifest.shape import shaped
from meshwright.manifest.subject import Declared, Layer, Subject
from meshwright.manifest.syntax import read_file
from meshwright.model.address import NAME, ProductAddress
from meshwright.model.diagnostic import Location
from meshwright.model.mesh import Domain, Environment, Mesh, Person, Purpose
from meshwright.model.product import DataProduct


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the files say. `unsound` are the products that have an error of their own."""

    mesh: Mesh
    unsound: frozenset[ProductAddress]
    origins: dict[ProductAddress, tuple[Resolved, ...]]


def gather(root: Path, problems: Problems) -> Gathered:
    """Read the mesh at `root`; its products are those without an error of their own."""
    mesh, place = _mesh_document(root, problems)
    declared = Declared() if mesh is None else _declared(mesh)
    top = (Layer(mesh, place),) if mesh is not None else ()
    if mesh is not None:
        _check_mesh(mesh, place, declared, problems)
    domains: list[Domain] = []
    found: list[DataProduct] = []
    unsound: set[ProductAddress] = set()
    origins: dict[ProductAddress, tuple[Resolved, ...]] = {}
    for folder in layout.domains(root, problems):
        layer = _domain_layer(root, folder, declared, problems)
        domains.append(_domain(folder.name, layer))
        above = top if layer is None else (layer, *top)
        for product in layout.products(root, folder, problems):
            address = ProductAddress(folder.name, product.name)
            own = Problems()
            resolved = _product(root, product, address, above, declared, own)
            problems.extend(own)
            if resolved is None or own.stop or not NAME.fullmatch(folder.name):
                unsound.add(address)
            else:
                found.append(resolved[0])
                origins[address] = resolved[1]
    return Gathered(_mesh(root, mesh, domains, found), frozenset(unsound), origins)


def _mesh_document(root: Path, problems: Problems) -> tuple[MeshDocument | None, Place]:
    document = read_file(root / layout.MESH_FILE, layout.MESH_FILE, problems)
    if document is None:
        return None, Place.nowhere(layout.MESH_FILE)
    return shaped(MeshDocument, document, problems), document.root


def _declared(mesh: MeshDocument) -> Declared:
    people = frozenset(p.username for p in mesh.people) if mesh.people else None
    return Declared(people, frozenset(p.name for p in mesh.purposes))


def _check_mesh(mesh: MeshDocument, place: Place, declared: Declared, problems: Problems) -> None:
    _once([p.username for p in mesh.people], place["people"], "username", problems)
    _once([p.name for p in mesh.purposes], place["purposes"], "name", problems)
    for number, purpose in enumerate(mesh.purposes):
        check_person(purpose.director, place["purposes"][number]["director"], declared, problems)
    for name, environment in mesh.environments.items():
        _check_environment(environment, place["environments"][name], problems)
    _check_shared(mesh, place, declared, problems)


def _once(names: list[str], place: Place, key: str, problems: Problems) -> None:
    for number, name in enumerate(names):
        if name in names[:number]:
            hint = f"it is on line {place[names.index(name)][key].line} already"
            problems.error(Code.DUPLICATE, place[number][key].at, f"`{name}` is there twice", hint)


def _check_environment(block: EnvironmentBlock, place: Place, problems: Problems) -> None:
    match block.since, block.until:
        case since, until if until is not None and isinstance(since, type(until)) and since >= until:
            problems.error(
                Code.CONFLICT, place["until"].at, "the replay ends before it begins", "choose a later `until`"
            )


def _check_shared(says: Shared, place: Place, declared: Declared, problems: Problems) -> None:
    if says.team is not None:
        check_team(says.team, place["team"], declared, problems)
    if says.purpose is not None:
        check_purpose(says.purpose, place["purpose"], declared, problems)
    if says.schedule is not None:
        consistent(says.schedule, place["schedule"], problems)


def _domain_layer(root: Path, folder: Folder, declared: Declared, problems: Problems) -> Layer | None:
    file = f"{folder.path}/{layout.DOMAIN_FILE}"
    if not NAME.fullmatch(folder.name):
        _bad_name(file, folder.name, problems)
    if layout.DOMAIN_FILE not in folder.files:
        hint = "write `description: …` into it: what is the domain responsible for?"
        problems.error(Code.UNREADABLE, Location(file), f"the domain `{folder.name}` has no {layout.DOMAIN_FILE}", hint)
        return None
    document = read_file(root / file, file, problems)
    says = None if document is None else shaped(DomainDocument, document, problems)
    if document is None or says is None:
        return None
    _check_shared(says, document.root, declared, problems)
    if says.steward is not None:
        check_person(says.steward, document.root["steward"], declared, problems)
    return Layer(says, document.root)


def _bad_name(file: str, name: str, problems: Problems) -> None:
    hint = "use lower-case letters, digits and `-`, and begin with a letter"
    problems.error(Code.VALUE, Location(file), f"the folder `{name}` cannot be a name", hint)


def _product(
    root: Path, folder: Folder, address: ProductAddress, above: tuple[Layer, ...], declared: Declared, own: Problems
) -> tuple[DataProduct, tuple[Resolved, ...]] | None:
    file = f"{folder.path}/{layout.PRODUCT_FILE}"
    if not NAME.fullmatch(address.product):
        _bad_name(file, address.product, own)
    document = read_file(root / file, file, own)
    says = None if document is None else shaped(ProductDocument, document, own)
    if document is None or says is None:
        return None
    trace = Trace()
    subject = Subject(address, says, document.root, above, declared, root / folder.path, folder.files, own, trace)
    return resolve(subject), tuple(trace.noted)


def _mesh(root: Path, mesh: MeshDocument | None, domains: list[Domain], products: list[DataProduct]) -> Mesh:
    if mesh is None:
        return Mesh(root.name, tuple(products), tuple(domains))
    return Mesh(
        name=mesh.name,
        products=tuple(products),
        domains=tuple(domains),
        people=tuple(Person(p.username, p.name, p.email, p.public_key, tuple(p.roles)) for p in mesh.people),
        purposes=tuple(Purpose(p.name, p.director, p.budget, p.description) for p in mesh.purposes),
        environments=tuple(_environments(mesh)),
        description=mesh.description,
    )


def _environments(mesh: MeshDocument) -> Iterator[Environment]:
    for name, block in sorted(mesh.environments.items()):
        yield Environment(name, block.engine, block.data, block.store, block.since, block.until)


def _domain(name: str, layer: Layer | None) -> Domain:
    says = layer.says if layer else None
    return Domain(name, says.description, says.steward) if isinstance(says, DomainDocument) else Domain(name)
