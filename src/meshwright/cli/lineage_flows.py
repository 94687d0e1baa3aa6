"""Lineage, computed: the flows from an address, and of a column who reads it and what is made of it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from meshwright.cli.addressed import Address
from meshwright.model.address import ColumnAddress, PortAddress, ProductAddress, SourceColumn, TableAddress

if TYPE_CHECKING:
    from meshwright.graph.graph import MeshGraph, Reader

Place = Address | SourceColumn
Step = Callable[[Place], Iterable[Place]]


@dataclass(frozen=True, slots=True)
class Flow:
    """One direction from an address: `steps` are from each place away from it, nearest first."""

    name: str
    heading: str
    steps: dict[Place, tuple[Place, ...]]

    @property
    def edges(self) -> list[tuple[Place, Place]]:
        """The steps in the direction in which data flow."""
        pairs = [(here, other) for here, others in self.steps.items() for other in others]
        return [(other, here) for here, other in pairs] if self.name == "up" else pairs


@dataclass(frozen=True, slots=True)
class Reading:
    """Where SQL reads a column: the one that was asked for, or one that is made of it."""

    column: ColumnAddress
    reader: "Reader"


@dataclass(frozen=True, slots=True)
class Lineage:
    """What is shown of an address; of a column, too, who reads it and what is made of it, and all who would feel it."""

    start: Address
    flows: tuple[Flow, ...]
    readings: tuple[Reading, ...] = ()
    impact: tuple[ProductAddress, ...] = ()


def lineage(graph: "MeshGraph", start: Address, asked: tuple[bool, bool], depth: int | None) -> Lineage:
    """Follow an address: up, down, or both where neither was asked for, at most `depth` steps."""
    up, down = asked if any(asked) else (True, True)
    flows = []
    if up:
        flows.append(Flow("up", "comes from", _steps(start, partial(_sources, graph), depth)))
    if down:
        flows.append(Flow("down", "goes to", _steps(start, partial(_targets, graph), depth)))
    if not down or not isinstance(start, ColumnAddress):
        return Lineage(start, tuple(flows))
    return Lineage(start, tuple(flows), tuple(_readings(graph, flows[-1])), graph.impact(start))


def _sources(graph: "MeshGraph", place: Place) -> tuple[Place, ...]:
    match place:
        case ProductAddress():
            return graph.inputs(place)
        case PortAddress():
            return graph.port_sources(place)
        case TableAddress():
            return graph.table_sources(place)
        case ColumnAddress():
            return (*graph.sources(place), *graph.source_columns(place))
        case SourceColumn():
            return ()


def _targets(graph: "MeshGraph", place: Place) -> tuple[Place, ...]:
    match place:
        case ProductAddress():
            return graph.consumers(place)
        case PortAddress():
            return graph.port_targets(place)
        case TableAddress():
            return graph.table_targets(place)
        case ColumnAddress():
            return graph.targets(place)
        case SourceColumn():
            return ()


def _steps(start: Place, step: Step, depth: int | None) -> dict[Place, tuple[Place, ...]]:
    """Return the steps from each place that is less than `depth` away from `start`, breadth first."""
    found: dict[Place, tuple[Place, ...]] = {}
    ring, walked = [start], 0
    while ring and walked != depth:
        found.update((here, tuple(step(here))) for here in ring)
        ring = [other for other in dict.fromkeys(o for here in ring for o in found[here]) if other not in found]
        walked += 1
    return found


def _readings(graph: "MeshGraph", down: Flow) -> Iterator[Reading]:
    """Yield who reads the column, then who reads what is made of it, as far as it was followed."""
    for column in down.steps:
        if isinstance(column, ColumnAddress):
            yield from (Reading(column, reader) for reader in graph.readers(column))
