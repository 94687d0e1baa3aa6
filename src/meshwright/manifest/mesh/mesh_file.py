"""Mesh file: what does mesh.yaml declare, and what of it contradicts itself?"""

import json
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from meshwright.manifest import layout
from meshwright.manifest.codes import Code
from meshwright.manifest.mesh.governed import check_governed, decisions, waivers
from meshwright.manifest.product.declared import Declared, check_classification, check_person, check_roles
from meshwright.manifest.shapes.organisation import (
    CommunityBlock,
    EnvironmentBlock,
    MeshDocument,
    PersonBlock,
    TermBlock,
)
from meshwright.manifest.shapes.shape import shaped
from meshwright.manifest.text.place import Place
from meshwright.manifest.text.problems import Problems
from meshwright.manifest.text.syntax import Document, read_file
from meshwright.model.mesh import (
    WAIVERS_AT_MOST,
    Community,
    Environment,
    Kpi,
    Mesh,
    Organisation,
    Person,
    Pool,
    Prices,
    Purpose,
    Term,
    Written,
)
from meshwright.model.naming import MESH_FILE, environment_mistake
from meshwright.model.value import value


@value
class MeshFile:
    """What mesh.yaml says, and where: here, or as it was released; None where it cannot be read."""

    says: MeshDocument | None
    place: Place
    written: Written = ()


def read_mesh_file(root: Path, released: Mesh | None, problems: Problems) -> MeshFile:
    """Read mesh.yaml; in the repository of a domain alone, which has none, take what was `released`."""
    if layout.is_domain_repository(root):
        known = released.written if released else ()
        document = released_document(MESH_FILE, known)
        return MeshFile(shaped(MeshDocument, document, Problems()) if known else None, document.root, known)
    read = read_file(root / MESH_FILE, MESH_FILE, problems)
    if read is None:
        return MeshFile(None, Place.nowhere(MESH_FILE))
    says = shaped(MeshDocument, read, problems)
    return MeshFile(says, read.root, () if says is None else written(read, leave_out=("environments",)))


def written(document: Document, *, leave_out: Collection[str] = ()) -> Written:
    """Return a document as releases carry it."""
    keys = sorted(key for key in document.value if key not in leave_out)
    return tuple((key, json.dumps(document.value[key], sort_keys=True, ensure_ascii=False)) for key in keys)


def released_document(file: str, released: Written) -> Document:
    """Return the document that `written` was made of."""
    plain = {key: json.loads(value) for key, value in released}
    return Document(plain, Place.released(file, json.dumps(released)))


def declared(mesh: MeshDocument | None, place: Place) -> Declared:
    """Return what others may name of a mesh."""
    if mesh is None:
        return Declared()
    people = frozenset(p.username for p in mesh.people) if mesh.people else None
    purposes, pools = frozenset(p.name for p in mesh.purposes), frozenset(p.name for p in mesh.pools)
    return Declared(people, purposes, {t.name: t for t in _glossary(mesh, place)}, pools)


def resolved_mesh(read: MeshFile, root: Path) -> Mesh:
    """Return the mesh as mesh.yaml declares it, without domains and products."""
    mesh, place = read.says, read.place
    if mesh is None:
        return Mesh(root.name, ())
    known = mesh.organisation
    return Mesh(
        name=mesh.name,
        products=(),
        people=tuple(Person(p.username, p.name, p.email, p.public_key, tuple(p.roles), p.handle) for p in mesh.people),
        purposes=tuple(Purpose(p.name, p.director, p.budget, p.description) for p in mesh.purposes),
        environments=tuple(_environments(mesh)),
        description=mesh.description,
        organisation=Organisation(known.name, known.url, known.contact) if known else None,
        currency=mesh.currency or "",
        communities=tuple(Community(c.name, c.description, c.lead, tuple(c.members)) for c in mesh.communities),
        pools=tuple(Pool(p.name, p.slots, p.description) for p in mesh.pools),
        glossary=tuple(_glossary(mesh, place)),
        policies=decisions(mesh, place),
        waivers=waivers(mesh, place),
        waivers_at_most=mesh.waivers_at_most or WAIVERS_AT_MOST,
        written=read.written,
    )


def check_mesh(mesh: MeshDocument, place: Place, known: Declared, problems: Problems) -> None:
    """Say what mesh.yaml names twice, and what it names that it does not declare."""
    _check_people(mesh.people, place["people"], problems)
    listed = (
        ("purposes", mesh.purposes),
        ("communities", mesh.communities),
        ("pools", mesh.pools),
        ("glossary", mesh.glossary),
    )
    for key, named in listed:
        _once([one.name for one in named], place[key], "name", problems)
    for number, purpose in enumerate(mesh.purposes):
        here = place["purposes"][number]
        check_person(purpose.director, here["director"], known, problems)
        if purpose.budget is not None and mesh.currency is None:
            hint = "add `currency: EUR`, or another, at the top of the file"
            problems.error(Code.MISSING_KEY, here["budget"].at, "the budget does not say of which currency", hint)
    for number, community in enumerate(mesh.communities):
        _check_community(community, place["communities"][number], known, problems)
    for number, term in enumerate(mesh.glossary):
        check_classification(term.classification, place["glossary"][number]["classification"], problems)
        if term.kpi is not None and term.kpi.owner is not None:
            check_person(term.kpi.owner, place["glossary"][number]["kpi"]["owner"], known, problems)
    _check_environments(mesh, place["environments"], problems)
    check_governed(mesh, place, known, problems)


def _once(names: Sequence[str], place: Place, key: str, problems: Problems) -> None:
    first: dict[str, int] = {}
    for number, name in enumerate(names):
        here = place[number][key] if key else place[number]
        if name in first:
            hint = f"it is on line {first[name]} already"
            problems.error(Code.DUPLICATE, here.at, f"`{name}` is there twice", hint)
        first.setdefault(name, here.line)


def _check_community(community: CommunityBlock, place: Place, known: Declared, problems: Problems) -> None:
    if community.lead is not None:
        check_person(community.lead, place["lead"], known, problems)
    for number, member in enumerate(community.members):
        check_person(member, place["members"][number], known, problems)
    _once(community.members, place["members"], "", problems)


def _check_people(people: Sequence[PersonBlock], place: Place, problems: Problems) -> None:
    _once([p.username for p in people], place, "username", problems)
    for number, person in enumerate(people):
        check_roles(person.roles, place[number]["roles"], problems)


def _check_environments(mesh: MeshDocument, place: Place, problems: Problems) -> None:
    for name, environment in mesh.environments.items():
        _check_environment(name, environment, place[name], problems)
        if environment.prices is not None and mesh.currency is None:
            hint = "add `currency: EUR`, or another, at the top of the file"
            problems.error(Code.MISSING_KEY, place[name]["prices"].at, "the prices do not say of which currency", hint)


def _check_environment(name: str, block: EnvironmentBlock, place: Place, problems: Problems) -> None:
    if mistake := environment_mistake(name):
        problems.error(Code.VALUE, place.at_key, *mistake)
    match block.since, block.until:
        case since, until if until is not None and isinstance(since, type(until)) and since >= until:
            problems.error(
                Code.CONFLICT, place["until"].at, "the replay ends before it begins", "choose a later `until`"
            )


def _glossary(mesh: MeshDocument, place: Place) -> Iterator[Term]:
    for number, block in enumerate(mesh.glossary):
        at = place["glossary"][number]["name"].at
        yield Term(block.name, block.description, block.logical_type, block.classification, block.unit, _kpi(block), at)


def _kpi(block: TermBlock) -> Kpi | None:
    return None if block.kpi is None else Kpi(block.kpi.formula, block.kpi.owner, block.kpi.target)


def _environments(mesh: MeshDocument) -> Iterator[Environment]:
    for name, block in sorted(mesh.environments.items()):
        prices = Prices() if block.prices is None else Prices(block.prices.hour, block.prices.tebibyte)
        yield Environment(
            name,
            block.engine,
            block.data,
            block.store,
            block.since,
            block.until,
            prices,
            catalog=block.catalog,
            region=block.region,
        )
