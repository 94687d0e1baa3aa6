"""Lineage: what does an address come from and go to, who reads a column, and what is made of it?"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from meshwright.graph.graph import MeshGraph, Reader
from meshwright.model.address import Address, ColumnAddress, PortAddress, ProductAddress, SourceColumn, TableAddress

Stop = Address | SourceColumn
"""What data go through on their way."""

Step = Callable[[Stop], Iterable[Stop]]


class Direction(StrEnum):
    """Against the way of data, or along it."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Way:
    """The way from an address in one direction: `steps` are from each stop away from it, nearest first."""

    direction: Direction
    steps: dict[Stop, tuple[Stop, ...]]

    @property
    def edges(self) -> list[tuple[Stop, Stop]]:
        """The steps in the direction in which data flow."""
        pairs = [(here, other) for here, others in self.steps.items() for other in others]
        return [(other, here) for here, other in pairs] if self.direction is Direction.UP else pairs


@dataclass(frozen=True, slots=True)
class Use:
    """Where SQL reads a column: the one that was asked for, or one that is made of it."""

    column: ColumnAddress
    reader: Reader


@dataclass(frozen=True, slots=True)
class Lineage:
    """What is shown of an address; of a column, too, who reads it and what is made of it, and all who would feel it."""

    start: Address
    ways: tuple[Way, ...]
    uses: tuple[Use, ...] = ()
    impact: tuple[ProductAddress, ...] = ()


def lineage(graph: MeshGraph, start: Address, directions: Collection[Direction], depth: int | None) -> Lineage:
    """Follow an address in some directions, at most `depth` steps."""
    following = {Direction.UP: _sources, Direction.DOWN: _targets}
    ways = {d: Way(d, _steps(start, partial(following[d], graph), depth)) for d in Direction if d in directions}
    if Direction.DOWN not in ways or not isinstance(start, ColumnAddress):
        return Lineage(start, tuple(ways.values()))
    return Lineage(start, tuple(ways.values()), tuple(_uses(graph, ways[Direction.DOWN])), graph.impact(start))


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
