"""Offers: who reads a port that goes, or that they may not read; and does a port go as it was announced?

What is judged belongs to the change: the ports that it deprecates, closes or removes, and what the products that it
touches read. A removal that was announced, whose time is over and that nobody reads, is nobody's business any more.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from meshwright.gate.access import may_read
from meshwright.gate.approvals import Reached
from meshwright.gate.changes.change import Change, PortRemoved, ProductRemoved
from meshwright.gate.changes.offers import AccessNarrowed, DeprecationChanged, PortDeprecated
from meshwright.gate.codes import Code
from meshwright.gate.policies.built_in import retired
from meshwright.gate.policies.policy import Level
from meshwright.gate.policies.rulings import rulings
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import PortAddress, ProductAddress
from meshwright.model.diagnostic import Diagnostic, Location, Severity
from meshwright.model.product import DataProduct, InputPort, OutputPort
from meshwright.model.time import length_text


def is_over(change: Change, current: MeshGraph, now: datetime) -> bool:
    """Tell whether what a change removes was announced to go by now."""
    return bool(ends := _ends(change, current)) and all(until is not None and until <= now for until in ends)


def offer_findings(
    reached: Iterable[Reached], touched: Iterable[ProductAddress], graphs: tuple[MeshGraph, MeshGraph], now: datetime
) -> Iterator[Diagnostic]:
    """Yield what is wrong with the ports that go or are closed, and with those that read them."""
    current, proposed = graphs
    readers = dict.fromkeys(touched)
    for change, consumers in reached:
        if isinstance(change, PortRemoved | ProductRemoved) and not consumers:
            yield from _too_soon(change, current, now)
        elif isinstance(change, PortDeprecated | DeprecationChanged | AccessNarrowed):
            yield from _too_short(change, current, now)
            readers |= dict.fromkeys(proposed.consumers_of_port(change.address))
    for address in readers:
        product = proposed.product(address)
        if product is not None:
            yield from _misread(product, current, proposed)
            yield from _astray(product, proposed)


def _too_short(change: Change, current: MeshGraph, now: datetime) -> Iterator[Diagnostic]:
    """Yield that a port goes sooner than the council has decided, where it is announced or brought forward."""
    if isinstance(change, PortDeprecated) or (isinstance(change, DeprecationChanged) and change.is_sooner):
        ruling = rulings(current.mesh, change.address.product.domain)[retired.POLICY.name]
        level = ruling.level_at(now)
        asked: timedelta = ruling.parameters.time
        if change.after is not None and change.after.until - now < asked and level is not Level.IGNORE:
            message = f"`{change.address}` is served until {change.after.day}, and {length_text(asked)} are asked for"
            hint = f"write `until: {now + asked + timedelta(days=1):%Y-%m-%d}`, or later"
            yield Diagnostic(change.at, Code.SHORT_WINDOW, Severity(level), message, hint)


def _ends(change: Change, current: MeshGraph) -> list[datetime | None]:
    match change:
        case PortRemoved(address=port):
            ports: tuple[PortAddress, ...] = (port,)
        case ProductRemoved(ports=ports):
            pass
        case _:
            return []
    outputs = [output for port in ports if (output := current.output(port)) is not None]
    return [output.deprecated.until if output.deprecated else None for output in outputs]


def _too_soon(change: PortRemoved | ProductRemoved, current: MeshGraph, now: datetime) -> Iterator[Diagnostic]:
    late = [until for until in _ends(change, current) if until is not None and until > now]
    if late:
        message = f"`{change.address}` would be gone before {max(late):%Y-%m-%d}, until when it was to be served"
        hint = "keep it until then; people may read it, too"
        yield Diagnostic(change.at, Code.TOO_SOON, Severity.ERROR, message, hint)


def _misread(product: DataProduct, current: MeshGraph, proposed: MeshGraph) -> Iterator[Diagnostic]:
    """Yield what a product reads that goes, or that it may not read."""
    known = current.product(product.address)
    before = {taken.port for taken in known.inputs} if known else set()
    for taken in product.inputs:
        port = None if taken.port is None else proposed.output(taken.port)
        if taken.port is None or port is None or taken.port.product == product.address:
            continue
        at = taken.at or Location(product.file)
        if port.deprecated is not None:
            was = current.output(taken.port)
            is_new = taken.port not in before and was is not None and was.deprecated is not None
            severity = Severity.ERROR if is_new else Severity.WARNING
            message = f"`{taken.port}` goes on {port.deprecated.day}, and `{product.address}` {_reads(is_new=is_new)}"
            use = port.deprecated.use
            hint = f"read `{use}` instead" if use else "ask its owner what to read instead"
            yield Diagnostic(at, Code.DEPRECATED, severity, message, hint)
        if not may_read(proposed.mesh, product.address.domain, taken.port, port):
            yield _closed(product, taken, taken.port, port, at)


def _reads(*, is_new: bool) -> str:
    return "begins to read it" if is_new else "reads it"


def _closed(product: DataProduct, taken: InputPort, address: PortAddress, port: OutputPort, at: Location) -> Diagnostic:
    allowed = ", ".join(f"`{name}`" for name in dict.fromkeys((address.product.domain, *(port.readers or ()))))
    message = f"`{product.address}` reads `{address}`, which only the domains {allowed} may read"
    key = "access"
    if product.address.domain in (grant.domain for grant in port.rows):
        message, key = f"{message}; `rows` are for people", "access.domains"
    hint = f"ask the owner of `{address.product}` to name `{product.address.domain}` under `{key}`"
    return Diagnostic(at, Code.NOT_ALLOWED, Severity.ERROR, message, f"{hint}, or remove the input `{taken.name}`")


def _astray(product: DataProduct, proposed: MeshGraph) -> Iterator[Diagnostic]:
    """Yield what a product's ports name that is not there: a successor, a domain."""
    for port in product.outputs:
        at = port.at or Location(product.file)
        use = port.deprecated.use if port.deprecated else None
        if port.deprecated and use is not None and proposed.output(use) is None:
            message = f"`{use}`, to be read instead of `{product.port_address(port)}`, is not offered"
            yield Diagnostic(port.deprecated.at or at, Code.ASTRAY, Severity.ERROR, message, "offer it first")
        address, limited = product.port_address(port), [grant.domain for grant in port.rows]
        for name in (*(port.readers or ()), *limited):
            if proposed.mesh.domain(name) is None:
                message = f"there is no domain `{name}`, which may read `{address}`"
                yield Diagnostic(at, Code.ASTRAY, Severity.ERROR, message, "`mesh list --domains` shows all domains")
            elif name in limited and may_read(proposed.mesh, name, address, port):
                message = f"`{name}` is a part of a domain that reads all of `{address}`, and not only rows of it"
                yield Diagnostic(at, Code.ASTRAY, Severity.ERROR, message, "remove it from `rows`, or the other domain")
