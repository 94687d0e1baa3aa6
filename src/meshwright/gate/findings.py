"""Findings: what the versions of a plan's ports have wrong.

A major version is a promise to those who pinned it. What a consumer's SQL still reads cannot be taken out of it; what
only weakens it waits for the consumers' owners; what adds to it is counted.
"""

from collections.abc import Iterable, Iterator

from meshwright.gate.approvals import Reached
from meshwright.gate.changes.change import Change, PortRemoved, ProductRemoved, TableRemoved, port_of, subject_of
from meshwright.gate.changes.columns import ColumnRemoved
from meshwright.gate.changes.describe import describe
from meshwright.gate.codes import Code
from meshwright.gate.effects.consumers import Consumer
from meshwright.gate.effects.version import Part, consequence, is_breaking, raised, understates
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import PortAddress
from meshwright.model.diagnostic import Diagnostic, Severity


def version_findings(reached: tuple[Reached, ...], current: MeshGraph, proposed: MeshGraph) -> Iterator[Diagnostic]:
    """Yield what is wrong with the versions of all ports that a proposal changes."""
    for change, consumers in reached:
        if is_breaking(change):
            yield _break(change, consumers, current)
    yield from _counted((change for change, _ in reached), current, proposed)


def _break(change: Change, consumers: tuple[Consumer, ...], current: MeshGraph) -> Diagnostic:
    hint = _way_out(change, current)
    match change:
        case ProductRemoved() | PortRemoved() | TableRemoved() | ColumnRemoved() if consumers:
            message = f"{_gone(change)}, which {_named(consumers)} still read{_s(consumers)}"
            return Diagnostic(change.at, Code.STILL_READ, Severity.ERROR, message, hint)
        case ProductRemoved() | PortRemoved():
            message = f"{_gone(change)}; no product of the mesh reads it any more"
            return Diagnostic(change.at, Code.BREAK, Severity.WARNING, message)
        case _:
            whom = f", which {_named(consumers)} read{_s(consumers)}" if consumers else ""
            message = f"{describe(change)}: a break inside the major version of `{subject_of(change)}`{whom}"
            return Diagnostic(change.at, Code.BREAK, Severity.WARNING, message, hint)


def _gone(change: ProductRemoved | PortRemoved | TableRemoved | ColumnRemoved) -> str:
    match change:
        case ColumnRemoved():
            return f"`{change.address.table}` would no longer offer `{change.address.name}`"
        case TableRemoved() if not change.address.name:
            return f"`{change.address}` would no longer be one table"
        case _:
            return f"`{change.address}` would be gone"


def _way_out(change: Change, current: MeshGraph) -> str:
    match change:
        case ProductRemoved() | PortRemoved():
            return "let its consumers move first; then remove it"
        case ColumnRemoved(renamed=str() as name):
            old = change.address.name
            return f"offer `{old}` beside `{name}` until they have moved, or {_beside(change, current)}"
        case _:
            return _beside(change, current)


def _beside(change: Change, current: MeshGraph) -> str:
    port = port_of(change)
    output = None if port is None else current.output(port)
    if port is None or output is None:
        return "serve the new form beside the old"
    return f"serve it as `{port.name}` {raised(output.version, Part.MAJOR)} beside {output.version}"


def _counted(changes: Iterable[Change], current: MeshGraph, proposed: MeshGraph) -> Iterator[Diagnostic]:
    """Yield the ports whose version says less than what happened to them; a break has its finding already."""
    parts: dict[PortAddress, tuple[Part, Change]] = {}
    for change in changes:
        port = port_of(change)
        if port is not None:
            heaviest = parts.get(port, (Part.PATCH, change))
            parts[port] = max(heaviest, (consequence(change), change), key=lambda p: p[0])
    for port, (part, change) in sorted(parts.items(), key=lambda p: p[0]):
        old, new = current.output(port), proposed.output(port)
        if old is None or new is None:
            continue
        at = new.at or change.at
        if old.version != new.version and understates(old.version, new.version, Part.PATCH):
            message = f"`{port}` goes back from version {old.version} to {new.version}"
            yield Diagnostic(at, Code.VERSION_BACK, Severity.ERROR, message, "versions only count up")
        elif part is Part.MINOR and understates(old.version, new.version, part):
            message = f"`{port}` is still version {new.version}, but {describe(change)}"
            hint = f"write `version: {raised(old.version, part)}`"
            yield Diagnostic(at, Code.VERSION, Severity.WARNING, message, hint)


def _named(consumers: tuple[Consumer, ...]) -> str:
    names = [f"`{p}`" for p in dict.fromkeys(c.product for c in consumers)]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _s(consumers: tuple[Consumer, ...]) -> str:
    return "s" if len({c.product for c in consumers}) == 1 else ""
