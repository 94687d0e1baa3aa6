"""Compare: what is different between two meshes, product by product?

The order is that of addresses, so that the same two meshes always give the same list. What is made of the same is not
looked at.
"""

from collections.abc import Iterator

from meshwright.gate.changes.change import (
    Change,
    CodeChanged,
    InputAdded,
    InputChanged,
    InputRemoved,
    ProductAdded,
    ProductDescribed,
    ProductRemoved,
    PurposeChanged,
    ScheduleChanged,
    TeamChanged,
)
from meshwright.gate.changes.compare_mesh import mesh_changes
from meshwright.gate.changes.compare_ports import port_changes
from meshwright.gate.changes.offers import RegionsNarrowed, RegionsWidened
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import PortAddress, ProductAddress
from meshwright.model.diagnostic import Location
from meshwright.model.http import HttpSource
from meshwright.model.kafka import KafkaSource
from meshwright.model.naming import product_home
from meshwright.model.product import (
    CronSchedule,
    DatabaseSource,
    DataProduct,
    FilesSource,
    InputPort,
    InputsSchedule,
    Schedule,
    VirtualSource,
)
from meshwright.model.time import length_text


def compare(current: MeshGraph, proposed: MeshGraph) -> Iterator[Change]:
    """Yield every change that leads from one mesh to the other."""
    yield from mesh_changes(current.mesh, proposed.mesh)
    for address in differing(current, proposed):
        match current.product(address), proposed.product(address):
            case None, DataProduct() as new:
                yield ProductAdded(address, _ports(new), place(new))
            case DataProduct() as old, None:
                yield ProductRemoved(address, _ports(old), Location(old.file or proposed.mesh.file))
            case DataProduct() as old, DataProduct() as new if old != new:
                yield from _product_changes(old, new)
                yield from port_changes((current, old), (proposed, new))
            case _:
                pass


def differing(current: MeshGraph, proposed: MeshGraph) -> tuple[ProductAddress, ...]:
    """Return the products that may differ, in order: those that are not known to be the same in both meshes."""
    before, after = current.digests, proposed.digests
    same = {a for a, digest in before.items() if digest == after.get(a)}
    return tuple(sorted({*current.addresses, *proposed.addresses} - same))


def place(product: DataProduct) -> Location:
    """Return where a product as a whole is described."""
    return Location(product.file)


def schedule_text(schedule: Schedule) -> str:
    """Say a schedule in one line."""
    match schedule:
        case CronSchedule():
            return f"{schedule.cron} {schedule.timezone}, waits {length_text(schedule.wait_at_most)}"
        case InputsSchedule():
            return f"on {schedule.when.value} inputs"


def _product_changes(old: DataProduct, new: DataProduct) -> Iterator[Change]:
    at = place(new)
    words = (("description", old.description, new.description), ("type", old.type, new.type))
    more_words = (
        ("tags", old.tags, new.tags),
        ("support", old.support, new.support),
        ("run", old.effort, new.effort),
    )
    said = tuple(name for name, a, b in (*words, *more_words) if a != b)
    if said:
        yield ProductDescribed(new.address, said, at)
    if old.team != new.team:
        yield TeamChanged(new.address, _team(old), _team(new), (old.owner, new.owner), at)
    if old.purpose != new.purpose:
        yield PurposeChanged(new.address, old.purpose, new.purpose, at)
    if old.regions != new.regions:
        narrower = bool(new.regions) and (not old.regions or set(new.regions) <= set(old.regions))
        yield (RegionsNarrowed if narrower else RegionsWidened)(new.address, old.regions, new.regions, at)
    if old.schedule != new.schedule:
        yield ScheduleChanged(new.address, schedule_text(old.schedule), schedule_text(new.schedule), at)
    yield from _input_changes(old, new)
    yield from _code_changes(old, new)


def _input_changes(old: DataProduct, new: DataProduct) -> Iterator[Change]:
    before = {p.name: p for p in old.inputs}
    after = {p.name: p for p in new.inputs}
    for name in sorted(before.keys() | after.keys()):
        match before.get(name), after.get(name):
            case None, InputPort() as port:
                yield InputAdded(new.address, name, _reads(port), port.at or place(new))
            case InputPort() as port, None:
                yield InputRemoved(new.address, name, _reads(port), place(new))
            case InputPort() as was, InputPort() as port if was != port:
                yield InputChanged(new.address, name, _reads(was), _reads(port), port.at or place(new))
            case _:
                pass


def _code_changes(old: DataProduct, new: DataProduct) -> Iterator[Change]:
    was, code = old.code, new.code
    if was != code:
        before, after = (one.digest if one else None for one in (was, code))
        at = Location(f"{product_home(new.address)}/{code.path}") if code else place(new)
        yield CodeChanged(new.address, before, after, code.text if code else None, at)


def _reads(port: InputPort) -> str:
    """Say what an input port reads."""
    optional = "" if port.required else ", optional"
    declared = f" ({', '.join(f'{c.name} {c.type}' for c in port.columns)})" if port.columns else ""
    match port.source:
        case FilesSource() as files:
            what = f"{files.format} files {files.connection}:{files.path} every {length_text(files.every)}"
        case DatabaseSource() as database:
            what = f"table {database.connection}:{database.table}"
            what += f" by {database.cursor}" if database.cursor else ""
        case HttpSource() as api:
            asked = "&".join(f"{name}={value}" for name, value in api.query)
            what = f"answers {api.connection}:{api.path}" + (f"?{asked}" if asked else "")
            what += f" by {api.cursor}" if api.cursor else ""
        case KafkaSource() as kafka:
            what = f"topic {kafka.connection}:{kafka.topic}"
            what += f" by the schemas of {kafka.registry}" if kafka.registry else ""
            what += f" without {', '.join(kafka.skip)}" if kafka.skip else ""
            what += f", of which {kafka.quarantine} may be set aside" if kafka.quarantine else ""
        case VirtualSource() as virtual:
            what = f"table {virtual.connection}:{virtual.table}"
        case None:
            what = str(port.port)
    return what + declared + optional


def _ports(product: DataProduct) -> tuple[PortAddress, ...]:
    return tuple(sorted(product.port_address(p) for p in product.outputs))


def _team(product: DataProduct) -> tuple[str, ...]:
    return tuple(f"{m.username} ({m.role})" for m in product.team)
