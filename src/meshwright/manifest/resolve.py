"""Resolve: from a product's document to the product, every default filled in, every origin known.

A value is the product's own, else its domain's, else the mesh's, else a default.
"""

from meshwright.manifest.codes import Code
from meshwright.manifest.documents import TeamBlock
from meshwright.manifest.origin import DEFAULT, FOLDER, INPUTS
from meshwright.manifest.place import Place
from meshwright.manifest.ports import inputs, outputs
from meshwright.manifest.problems import Problems
from meshwright.manifest.schedule import schedule
from meshwright.manifest.subject import Declared, Subject
from meshwright.manifest.transform import used_files
from meshwright.model.diagnostic import Location
from meshwright.model.product import DataProduct, Member, ProductType, SupportChannel
from meshwright.model.spelling import closest, did_you_mean

_KNOWN_ROLES = ("productOwner", "technicalOwner")


def resolve(subject: Subject) -> DataProduct:
    """Return a product; it is sound when no error was found on the way."""
    document, note = subject.document, subject.trace.note
    note("name", subject.address.product, FOLDER)
    note("domain", subject.address.domain, FOLDER)
    note("description", document.description.text, subject.place["description"])
    members = tuple(inputs(subject))
    reads_products = any(port.port for port in members)
    found = DataProduct(
        address=subject.address,
        type=_type(subject, reads_products=reads_products),
        description=document.description.text,
        schedule=schedule(subject, reads_products=reads_products),
        inputs=members,
        outputs=tuple(outputs(subject)),
        team=_team(subject),
        support=_support(subject),
        purpose=_purpose(subject),
        tags=tuple(document.tags),
        file=subject.file,
    )
    if not members and not found.is_virtual:
        hint = "add `inputPorts: …`, or make its port `virtual` where a store serves it already"
        subject.problems.error(Code.MISSING_KEY, subject.place["outputPorts"].at_key, "the product reads nothing", hint)
    _stray_sql(subject)
    return found


def _type(subject: Subject, *, reads_products: bool) -> ProductType:
    said = subject.document.type
    kind = said or (ProductType.AGGREGATE if reads_products else ProductType.SOURCE_ALIGNED)
    subject.trace.note("type", kind, subject.place["type"] if said else INPUTS)
    return kind


def _team(subject: Subject) -> tuple[Member, ...]:
    found = subject.inherited("team", lambda says: says.team)
    if found is None:
        subject.trace.note("team", "nobody", DEFAULT)
        return ()
    block, place = found
    if place.text is subject.place.text:
        check_team(block, place, subject.declared, subject.problems)
    members = tuple(Member(m.username, m.role) for m in block.members)
    subject.trace.note("team", ", ".join(f"{m.username} ({m.role})" for m in members), place)
    return members


def check_team(block: TeamBlock, place: Place, declared: Declared, problems: Problems) -> None:
    """Say which members are not declared, and which roles are nearly one that matters."""
    for number, member in enumerate(block.members):
        here = place["members"][number]
        check_person(member.username, here["username"], declared, problems)
        meant = closest(member.role, _KNOWN_ROLES, likeness=0.8) if member.role not in _KNOWN_ROLES else None
        if meant is not None:
            message = f"`{member.role}` is not the role `{meant}`, though nearly"
            problems.error(Code.VALUE, here["role"].at, message, f"did you mean `{meant}`?")


def check_person(username: str, place: Place, declared: Declared, problems: Problems) -> None:
    """Say so when a person is not one of the mesh."""
    if declared.people is not None and username not in declared.people:
        hint = did_you_mean(username, declared.people, otherwise="add them to `people` in mesh.yaml")
        problems.error(Code.UNDECLARED, place.at, f"`{username}` is not among the people of the mesh", hint)


def check_purpose(name: str, place: Place, declared: Declared, problems: Problems) -> None:
    """Say so when a purpose is not one of the mesh."""
    if declared.purposes is not None and name not in declared.purposes:
        hint = did_you_mean(name, declared.purposes, otherwise="add it to `purposes` in mesh.yaml")
        problems.error(Code.UNDECLARED, place.at, f"the mesh has no purpose `{name}`", hint)


def _support(subject: Subject) -> tuple[SupportChannel, ...]:
    found = subject.inherited("support", lambda says: says.support)
    if found is None:
        return ()
    channels = tuple(SupportChannel(s.channel, s.tool, s.url) for s in found[0])
    subject.trace.note("support", ", ".join(c.channel for c in channels), found[1])
    return channels


def _purpose(subject: Subject) -> str | None:
    found = subject.inherited("purpose", lambda says: says.purpose)
    if found is None:
        return None
    name, place = found
    if place.text is subject.place.text:
        check_purpose(name, place, subject.declared, subject.problems)
    subject.trace.note("purpose", name, place)
    return name


def _stray_sql(subject: Subject) -> None:
    """Warn of SQL that no port uses: a misspelt file name must not turn a product into a copy unseen."""
    folder = subject.file.rpartition("/")[0]
    for name in sorted({name for name in subject.files if name.endswith(".sql")} - used_files(subject)):
        hint = f"name it after its port, or `transform: {{sql: {name}}}` in the port"
        subject.problems.warn(Code.STRAY, Location(f"{folder}/{name}"), f"no port is made by `{name}`", hint)
