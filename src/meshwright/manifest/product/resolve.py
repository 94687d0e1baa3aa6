"""Resolve: from a product's document to the product, every default filled in, every origin known.

A value is the product's own, else its domain's, else that of a domain above, else the mesh's, else a default.
"""

from meshwright.manifest.codes import Code
from meshwright.manifest.product.asking import check_asking
from meshwright.manifest.product.code import code_of
from meshwright.manifest.product.declared import check_purpose, check_team
from meshwright.manifest.product.origin import DEFAULT, FOLDER, INPUTS
from meshwright.manifest.product.ports import inputs, outputs
from meshwright.manifest.product.promise import contract_files
from meshwright.manifest.product.references import referring
from meshwright.manifest.product.schedule import effort, schedule
from meshwright.manifest.product.subject import Subject
from meshwright.manifest.product.transform import used_files
from meshwright.model.diagnostic import Location
from meshwright.model.naming import ODPS_FILE, PRODUCT_FILE
from meshwright.model.product import CronSchedule, DataProduct, Member, ProductType, SupportChannel


def resolve(subject: Subject) -> DataProduct:
    """Return a product; it is sound when no error was found on the way."""
    document, note = subject.document, subject.trace.note
    note("name", subject.address.product, FOLDER)
    note("domain", subject.address.domain, FOLDER)
    note("description", document.description.text, subject.place["description"])
    members = tuple(inputs(subject))
    reads_products = any(port.port for port in members)
    kind = _type(subject, reads_products=reads_products)
    runs = schedule(subject, reads_products=reads_products)
    tries = effort(subject)
    found = DataProduct(
        address=subject.address,
        type=kind,
        description=document.description.text,
        schedule=runs,
        inputs=members,
        outputs=referring(subject, members, tuple(outputs(subject, by_clock=isinstance(runs, CronSchedule)))),
        team=_team(subject),
        support=_support(subject),
        purpose=_purpose(subject),
        tags=tuple(document.tags),
        effort=tries,
        code=code_of(subject),
        regions=_regions(subject),
        file=subject.file,
    )
    check_asking(subject, members, found.outputs)
    if document.tags:
        note("tags", ", ".join(document.tags), subject.place["tags"])
    if not members and not any(block.virtual for block in document.output_ports):
        hint = "add `inputPorts: …`, or make its port `virtual` where a store serves it already"
        subject.problems.error(Code.MISSING_KEY, subject.place["outputPorts"].at_key, "the product reads nothing", hint)
    _original(subject)
    _strays(subject)
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


def _support(subject: Subject) -> tuple[SupportChannel, ...]:
    found = subject.inherited("support", lambda says: says.support)
    if found is None:
        subject.trace.note("support", "nowhere", DEFAULT)
        return ()
    channels = tuple(SupportChannel(s.channel, s.tool, s.url) for s in found[0])
    subject.trace.note("support", ", ".join(c.channel for c in channels), found[1])
    return channels


def _purpose(subject: Subject) -> str | None:
    found = subject.inherited("purpose", lambda says: says.purpose)
    if found is None:
        subject.trace.note("purpose", "none", DEFAULT)
        return None
    name, place = found
    if place.text is subject.place.text:
        check_purpose(name, place, subject.declared, subject.problems)
    subject.trace.note("purpose", name, place)
    return name


def _regions(subject: Subject) -> tuple[str, ...]:
    found = subject.inherited("regions", lambda says: says.regions)
    if found is None:
        subject.trace.note("regions", "anywhere", DEFAULT)
        return ()
    names = tuple(sorted(set(found[0])))
    subject.trace.note("regions", ", ".join(names), found[1])
    return names


def _original(subject: Subject) -> None:
    """Say what is wrong with the document of ODPS that the product came from, where one is kept."""
    if ODPS_FILE in subject.files:
        # A mesh without documents of the standard has no need of its schema.
        from meshwright.manifest.standards.product_file import read_product

        read_product(subject.folder / ODPS_FILE, f"{subject.file.rpartition('/')[0]}/{ODPS_FILE}", subject.problems)


def _strays(subject: Subject) -> None:
    """Warn of SQL and YAML that no port uses: a misspelt file name must not turn a product into a copy unseen."""
    folder = subject.file.rpartition("/")[0]
    manifests = {name for name in subject.files if name.endswith((".yaml", ".yml"))} - {PRODUCT_FILE}
    for name in sorted(manifests - contract_files(subject) - {ODPS_FILE}):
        hint = f"name it in a port, `contract: {name}`, or move it elsewhere"
        subject.problems.warn(Code.STRAY, Location(f"{folder}/{name}"), f"nothing reads `{name}` here", hint)
    virtual = any(block.virtual for block in subject.document.output_ports)
    for name in sorted({name for name in subject.files if name.endswith(".sql")} - used_files(subject)):
        hint = f"name it after its port, or `transform: {{sql: {name}}}` in the port"
        hint = "remove it: what is `virtual` is made by its own store" if virtual else hint
        subject.problems.warn(Code.STRAY, Location(f"{folder}/{name}"), f"no port is made by `{name}`", hint)
