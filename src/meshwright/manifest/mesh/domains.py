"""Domains: what does each domain say, and what do its products have from the domains that it is a part of?"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from meshwright.manifest.codes import Code
from meshwright.manifest.elsewhere import Elsewhere
from meshwright.manifest.layout import Folder
from meshwright.manifest.mesh.governed import check_governed, decisions, waivers
from meshwright.manifest.mesh.mesh_file import released_document, written
from meshwright.manifest.product.declared import Declared, check_person
from meshwright.manifest.product.subject import Layer
from meshwright.manifest.shapes.organisation import DomainDocument
from meshwright.manifest.shapes.shape import shaped
from meshwright.manifest.text.place import Place
from meshwright.manifest.text.problems import Problems
from meshwright.manifest.text.syntax import read_file
from meshwright.model.address import NAME, parse
from meshwright.model.diagnostic import Location
from meshwright.model.mesh import Domain, Mesh, Written
from meshwright.model.naming import DOMAIN_FILE, domain_home
from meshwright.model.spelling import did_you_mean
from meshwright.model.value import value


@value
class DomainFolder:
    """A domain as it was found: its folder, and what its domain.yaml says; nothing where that cannot be read."""

    folder: Folder
    says: DomainDocument
    place: Place
    written: Written = ()

    @property
    def name(self) -> str:
        """The folder's name is the domain's."""
        return self.folder.name


@value
class Above:
    """A domain with all the domains that it is a part of, the nearest first."""

    own: DomainFolder
    parents: tuple[DomainFolder, ...]

    @property
    def layers(self) -> tuple[Layer, ...]:
        """What speaks for the domain's products, the nearest first."""
        return tuple(Layer(d.says, d.place) for d in (self.own, *self.parents))

    def resolved(self) -> Domain:
        """Return the domain."""
        steward = next((d.says.steward for d in (self.own, *self.parents) if d.says.steward), None)
        says = self.own.says
        return Domain(
            name=self.own.name,
            description=says.description,
            steward=steward,
            type=says.type,
            parent=self.parents[0].name if self.parents else None,
            policies=decisions(says, self.own.place),
            waivers=waivers(says, self.own.place),
            written=self.own.written,
            at=self.own.place.at,
        )


def read_domains(
    root: Path, folders: Iterable[Folder], elsewhere: Elsewhere | None, declared: Declared, problems: Problems
) -> Iterator[Above]:
    """Yield the domains in these `folders` at `root`; domains elsewhere may be above them."""
    here = {folder.name: _read(root, folder, problems) for folder in folders}
    found = {d.name: _released(d) for d in _elsewhere(elsewhere, here.values())} | here
    for domain in here.values():
        _check(domain, found, declared, problems)
    parents = _parents(found, problems)
    for name, domain in here.items():
        yield Above(domain, tuple(found[above] for above in _chain(name, parents)[1:]))


def _elsewhere(elsewhere: Elsewhere | None, here: Iterable[DomainFolder]) -> tuple[Domain, ...]:
    """Return the domains that are not here; where nothing is known of them, those that are named."""
    match elsewhere:
        case None:
            return ()
        case Elsewhere(mesh=Mesh(domains=domains)):
            return domains
        case _:
            return tuple(Domain(d.says.parent) for d in here if d.says.parent)


def _released(domain: Domain) -> DomainFolder:
    """Return a domain of another repository as it was released."""
    folder = Folder(domain.name, domain_home(domain.name), (), ())
    document = released_document(f"{folder.path}/{DOMAIN_FILE}", domain.written)
    says = shaped(DomainDocument, document, Problems()) if domain.written else None
    return DomainFolder(folder, says or DomainDocument.model_validate({}), document.root, domain.written)


def bad_name(file: str, name: str, problems: Problems) -> None:
    """Say that a folder's name cannot be the name of a domain or product."""
    hint = "use lower-case letters, digits and `-`, and begin with a letter"
    problems.error(Code.VALUE, Location(file), f"the folder `{name}` cannot be a name", hint)


def _read(root: Path, folder: Folder, problems: Problems) -> DomainFolder:
    file = f"{folder.path}/{DOMAIN_FILE}"
    silent = DomainFolder(folder, DomainDocument.model_validate({}), Place.nowhere(file))
    if not NAME.fullmatch(folder.name):
        bad_name(file, folder.name, problems)
    if DOMAIN_FILE not in folder.files:
        hint = "write `description: …` into it: what is the domain responsible for?"
        problems.error(Code.UNREADABLE, Location(file), f"the domain `{folder.name}` has no {DOMAIN_FILE}", hint)
        return silent
    document = read_file(root / file, file, problems)
    says = None if document is None else shaped(DomainDocument, document, problems)
    if document is None or says is None:
        return silent
    return DomainFolder(folder, says, document.root, written(document))


def _check(domain: DomainFolder, known: Mapping[str, DomainFolder], declared: Declared, problems: Problems) -> None:
    says, place = domain.says, domain.place
    check_governed(says, place, declared, problems)
    for number, waiver in enumerate(says.waivers):
        of = parse(waiver.product).product.domain
        if of != domain.name:
            here = place["waivers"][number]["product"].at
            message = f"`{domain.name}` waives what is found in the domain `{of}`"
            problems.error(Code.CONFLICT, here, message, f"`{of}` can waive it, or the mesh")
    if says.steward is not None:
        check_person(says.steward, place["steward"], declared, problems)
    if says.parent is not None and says.parent not in known:
        hint = did_you_mean(says.parent, known, otherwise="`mesh list --domains` shows all domains")
        problems.error(Code.UNDECLARED, place["parent"].at, f"there is no domain `{says.parent}`", hint)


def _parents(known: Mapping[str, DomainFolder], problems: Problems) -> dict[str, str]:
    """Return the parent of each domain that has one. Circles are reported, each once, and cut."""
    said = {name: d.says.parent for name, d in known.items() if d.says.parent in known}
    circling: set[str] = set()
    for name in said:
        chain = _chain(name, said)
        if said.get(chain[-1]) == name and name not in circling:
            circling.update(chain)
            path = " → ".join(f"`{n}`" for n in (*chain, name))
            at = known[name].place["parent"].at
            problems.error(
                Code.CIRCLE, at, f"the domain is a part of itself: {path}", "remove the `parent` of one of them"
            )
    return {name: parent for name, parent in said.items() if parent and name not in circling}


def _chain(name: str, parents: Mapping[str, str | None]) -> list[str]:
    """Return a domain and those that it is a part of, the nearest first; round a circle no more than once."""
    chain = [name]
    while (above := parents.get(chain[-1])) is not None and above not in chain:
        chain.append(above)
    return chain
