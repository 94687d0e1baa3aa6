"""mesh lineage: what does a product, port or column come from, and where does it go?"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import click

from meshwright.actions.compilation import Compiled, compile_mesh
from meshwright.cli.console import print_json, progress
from meshwright.cli.verb import Edge, verb
from meshwright.model.address import ColumnAddress, PortAddress, ProductAddress, Reference, parse
from meshwright.model.diagnostic import errors
from meshwright.model.errors import NotFound

if TYPE_CHECKING:
    from meshwright.graph.graph import MeshGraph, Reader

Address = ProductAddress | PortAddress | ColumnAddress
Step = Callable[[Address], tuple[Address, ...]]


@dataclass(frozen=True, slots=True)
class Flow:
    """One direction from an address: its edges, in the direction in which data flow, nearest first."""

    name: str
    heading: str
    edges: tuple[tuple[Address, Address], ...]
    step: Step


@click.command("lineage")
@click.argument("address")
@click.option("--up", is_flag=True, help="Only what it comes from.")
@click.option("--down", is_flag=True, help="Only where it goes.")
@click.option("--depth", type=click.IntRange(min=1), help="At most so many steps away.  [default: all]")
@verb("mermaid")
def command(edge: Edge, address: str, up: bool, down: bool, depth: int | None, output: str = "text") -> None:
    """Show what a product, port or column comes from and goes to.

    ADDRESS is `domain.product`, `domain.product:port` or `domain.product:port.column`.
    """
    compiled = compile_mesh(edge.workspace.root, edge.workspace.cache)
    graph = compiled.graph
    start = _found(compiled, parse(address))
    flows = [flow for flow, wanted in zip(_flows(graph, start, depth), (up, down), strict=True) if wanted or up == down]
    readers = graph.readers(start) if isinstance(start, ColumnAddress) and (down or not up) else ()
    if edge.json:
        print_json(_plain(start, flows, readers))
    elif output == "mermaid":
        click.echo("\n".join(_mermaid(start, flows)))
    else:
        click.echo("\n".join(_text(start, flows, readers, depth)))
    found = len(errors(compiled.diagnostics))
    if found:
        progress(f"what has errors may be missing here ({found} found): `mesh validate` shows them")


def _found(compiled: Compiled, wanted: Reference) -> Address:
    """Return the address that was meant. Raises `NotFound`."""
    product = compiled.graph.product(wanted.product)
    if product is None:
        folder = f"domains/{wanted.product.domain}/{wanted.product.product}/"
        broken = any(d.at.file.startswith(folder) for d in compiled.diagnostics)
        hint = "it has errors: `mesh validate` shows them" if broken else "`mesh list` shows all products"
        raise NotFound(f"there is no product `{wanted.product}` to follow", hint=hint)
    if wanted.port is None:
        return product.address
    port = product.output(wanted.port, wanted.major)
    if port is None:
        ports = ", ".join(f"`{product.port_address(p)}`" for p in product.outputs)
        raise NotFound(f"`{product.address}` has no port `{wanted.port}`", hint=f"it offers {ports}")
    address = product.port_address(port)
    if wanted.column is None:
        return address
    if port.contract.column(wanted.column) is None:
        columns = ", ".join(f"`{c.name}`" for c in port.contract.columns)
        raise NotFound(f"`{address}` has no column `{wanted.column}`", hint=f"it has {columns}")
    return address.column(wanted.column)


def _flows(graph: "MeshGraph", start: Address, depth: int | None) -> tuple[Flow, Flow]:
    up, down = partial(_sources, graph), partial(_targets, graph)
    against = tuple((other, here) for here, other in _edges(start, up, depth))
    return Flow("up", "comes from", against, up), Flow("down", "goes to", tuple(_edges(start, down, depth)), down)


def _sources(graph: "MeshGraph", address: Address) -> tuple[Address, ...]:
    match address:
        case ProductAddress():
            return graph.inputs(address)
        case PortAddress():
            return graph.port_sources(address)
        case ColumnAddress():
            return graph.sources(address)


def _targets(graph: "MeshGraph", address: Address) -> tuple[Address, ...]:
    match address:
        case ProductAddress():
            return graph.consumers(address)
        case PortAddress():
            return graph.port_targets(address)
        case ColumnAddress():
            return graph.targets(address)


def _edges(start: Address, step: Step, depth: int | None) -> Iterator[tuple[Address, Address]]:
    """Yield the edges away from `start`, breadth first, each once."""
    seen, ring, walked = {start}, [start], 0
    while ring and walked != depth:
        following = []
        for here in ring:
            for other in step(here):
                yield here, other
                if other not in seen:
                    seen.add(other)
                    following.append(other)
        ring, walked = following, walked + 1


def _text(start: Address, flows: list[Flow], readers: "tuple[Reader, ...]", depth: int | None) -> Iterator[str]:
    yield click.style(str(start), bold=True)
    for flow in flows:
        branches = list(_branches(start, flow.step, depth, seen={start}))
        yield from ("", flow.heading, *(branches or ["nothing in this mesh"]))
    if readers:
        lines = {f"{r.at.file}:{r.at.line}": r.at.text.strip() for r in readers}
        width = max(len(line) for line in lines)
        yield from ("", "read at", *(f"{line.ljust(width)}  {text}" for line, text in lines.items()))


def _branches(here: Address, step: Step, depth: int | None, seen: set[Address]) -> Iterator[str]:
    """Yield the lines of a tree below `here`; what has been shown before is not unfolded again."""
    others = step(here) if depth != 0 else ()
    for number, other in enumerate(others, start=1):
        last = number == len(others)
        again = other in seen
        yield f"{'└─' if last else '├─'} {other}{' (see above)' if again and step(other) else ''}"
        if not again:
            seen.add(other)
            below = _branches(other, step, None if depth is None else depth - 1, seen)
            yield from (f"{'   ' if last else '│  '}{line}" for line in below)


def _mermaid(start: Address, flows: list[Flow]) -> Iterator[str]:
    edges = sorted({edge for flow in flows for edge in flow.edges}, key=str)
    names = sorted({start, *(address for edge in edges for address in edge)}, key=str)
    number = {address: f"n{n}" for n, address in enumerate(names)}
    yield "flowchart LR"
    yield from (f'    {number[address]}["{address}"]' for address in names)
    yield from (f"    {number[source]} --> {number[target]}" for source, target in edges)
    yield f"    style {number[start]} stroke-width:3px"


def _plain(start: Address, flows: list[Flow], readers: "tuple[Reader, ...]") -> dict[str, object]:
    found: dict[str, object] = {"address": str(start)}
    for flow in flows:
        found[flow.name] = [{"from": str(source), "to": str(target)} for source, target in flow.edges]
    if isinstance(start, ColumnAddress):
        found["readers"] = [
            {"port": str(r.port), "column": r.column, "file": r.at.file, "line": r.at.line, "text": r.at.text}
            for r in readers
        ]
    return found
