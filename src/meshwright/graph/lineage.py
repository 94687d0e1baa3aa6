"""Lineage: what does an address come from and go to, who reads a column, and what is made of it?"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from enum import StrEnum
from functools import partial

from meshwright.graph.graph import MeshGraph, Reader
from meshwright.model.address import (
    Address,
    ColumnAddress,
    PortAddress,
    ProductAddress,
    SourceColumn,
    TableAddress,
    port_at,
    product_at,
)
from meshwright.model.offer import Deprecation
from meshwright.model.value import value

Stop = Address | SourceColumn
"""What data go through on their way."""

Step = Callable[[Stop], Iterable[Stop]]


class Direction(StrEnum):
    """Against the way of data, or along it."""

    UP = "up"
    DOWN = "down"


@value
class Way:
    """The way from an address in one direction: `steps` are from each stop away from it, nearest first."""

    direction: Direction
    steps: dict[Stop, tuple[Stop, ...]]

    @property
    def edges(self) -> list[tuple[Stop, Stop]]:
        """The steps in the direction in which data flow."""
        pairs = [(here, other) for here, others in self.steps.items() for other in others]
        return [(other, here) for here, other in pairs] if self.direction is Direction.UP else pairs


@value
class Use:
    """Where SQL reads a column: the one that was asked for, or one that is made of it."""

    column: ColumnAddress
    reader: Reader


@value
class Lineage:
    """What is shown of an address; of a column, too, who reads it and what is made of it, and all who would feel it.

    `going` are the deprecated ports among what data go through.
    """

    start: Address
    ways: tuple[Way, ...]
    going: tuple[tuple[PortAddress, Deprecation], ...] = ()
    uses: tuple[Use, ...] = ()
    impact: tuple[ProductAddress, ...] = ()


def lineage(graph: MeshGraph, start: Address, directions: Collection[Direction], depth: int | None) -> Lineage:
    """Follow an address in some directions, at most `depth` steps."""
    following = {Direction.UP: _sources, Direction.DOWN: _targets}
    ways = {d: Way(d, _steps(start, partial(following[d], graph), depth)) for d in Direction if d in directions}
    stops = {start, *(stop for way in ways.values() for edge in way.edges for stop in edge)}
    found = Lineage(start, tuple(ways.values()), tuple(sorted(_going(graph, stops), key=lambda port: port[0])))
    if Direction.DOWN not in ways or not isinstance(start, ColumnAddress):
        return found
    return replace(found, uses=tuple(_uses(graph, ways[Direction.DOWN])), impact=graph.impact(start))


def _going(graph: MeshGraph, stops: Iterable[Stop]) -> Iterator[tuple[PortAddress, Deprecation]]:
    """Yield the deprecated ports among some stops, each once; of a product, all of its ports."""
    shown = {product_at(stop): set[PortAddress | None]() for stop in stops if not isinstance(stop, SourceColumn)}
    for stop in stops:
        if not isinstance(stop, SourceColumn):
            shown[product_at(stop)].add(port_at(stop))
    for address, ports in shown.items():
        product = graph.product(address)
        for port in product.outputs if product is not None else ():
            own = address.port(port.name, port.major)
            if port.deprecated is not None and (own in ports or None in ports):
                yield own, port.deprecated


def _sources(graph: MeshGraph, stop: Stop) -> tuple[Stop, ...]:
    match stop:
        case ProductAddress():
            return graph.inputs(stop)
        case PortAddress():
            return graph.port_sources(stop)
        case TableAddress():
            return graph.table_sources(stop)
        case ColumnAddress():
            return (*graph.sources(stop), *graph.source_columns(stop))
        case SourceColumn():
            return ()


def _targets(graph: MeshGraph, stop: Stop) -> tuple[Stop, ...]:
    match stop:
        case ProductAddress():
            return graph.consumers(stop)
        case PortAddress():
            return graph.port_targets(stop)
        case TableAddress():
            return graph.table_targets(stop)
        case ColumnAddress():
            return graph.targets(stop)
        case SourceColumn():
            return ()


def _steps(start: Stop, step: Step, depth: int | None) -> dict[Stop, tuple[Stop, ...]]:
    """Return the steps from each stop that is less than `depth` away from `start`, breadth first."""
    found: dict[Stop, tuple[Stop, ...]] = {}
    ring, walked = [start], 0
    while ring and walked != depth:
        found.update((here, tuple(step(here))) for here in ring)
        ring = [other for other in dict.fromkeys(o for here in ring for o in found[here]) if other not in found]
        walked += 1
    return found


def _uses(graph: MeshGraph, down: Way) -> Iterator[Use]:
    """Yield who reads the column, then who reads what is made of it, as far as it was followed."""
    for column in down.steps:
        if isinstance(column, ColumnAddress):
            yield from (Use(column, reader) for reader in graph.readers(column))
