"""Personal data, traced: where do they come in, into which columns do they flow, and does each of these say so?

They flow on through a column that is classified personal, and through one that has no classification: silence hides
nothing. They end at a column with another class: there a team decided that nobody can be known by it, as by a count.
What only decides which rows there are (a join, a filter) carries no values: it is listed, and not followed.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from meshwright.graph.graph import MeshGraph
from meshwright.model.address import ColumnAddress, PortAddress, SourceColumn
from meshwright.model.diagnostic import Location
from meshwright.model.personal import is_personal

Place = SourceColumn | ColumnAddress
"""Where personal data are: as they come in, or in a column that a product offers."""


class Says(StrEnum):
    """What a column says of itself."""

    PERSONAL = "personal"
    NOTHING = "nothing"
    OTHERWISE = "otherwise"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A column that personal data flow into; `path` is the shortest way to it, from the origin on, both included."""

    column: ColumnAddress
    classification: str | None
    path: tuple[Place, ...]

    @property
    def says(self) -> Says:
        """What it says of itself."""
        return _says(self.classification)


@dataclass(frozen=True, slots=True, order=True)
class RowUse:
    """A place in the SQL of a port where personal data only decide which rows there are."""

    port: PortAddress
    at: Location
    of: Place


@dataclass(frozen=True, slots=True)
class PersonalFlow:
    """What becomes of one column of personal data: `arrivals` by their distance, and all the steps between them."""

    origin: Place
    arrivals: tuple[Arrival, ...] = ()
    edges: tuple[tuple[Place, ColumnAddress], ...] = ()
    rows: tuple[RowUse, ...] = ()

    @property
    def leaks(self) -> tuple[Arrival, ...]:
        """The columns that hold personal data and do not say so."""
        return tuple(a for a in self.arrivals if a.says is Says.NOTHING)

    def through(self, wanted: Callable[[Place], bool]) -> "PersonalFlow | None":
        """Return the part that leads to the wanted places or on from them; None where it touches none of them."""
        here = {place for place in (self.origin, *(a.column for a in self.arrivals)) if wanted(place)}
        if not here:
            return None
        kept = _closure(here, self.edges) | _closure(here, [(after, before) for before, after in self.edges])
        return replace(
            self,
            arrivals=tuple(a for a in self.arrivals if a.column in kept),
            edges=tuple(e for e in self.edges if e[0] in kept and e[1] in kept),
            rows=tuple(r for r in self.rows if r.of in kept),
        )


def personal_flows(graph: MeshGraph) -> tuple[PersonalFlow, ...]:
    """Return a flow for each column in which personal data come into the mesh, in topological order."""
    return tuple(_flow(graph, origin) for origin in _origins(graph))


def personal_path(graph: MeshGraph, column: ColumnAddress) -> tuple[Place, ...]:
    """Return the way to a column from the nearest personal one that it is made of, both included; empty without one."""
    seen: set[Place] = {column}
    ring: list[tuple[Place, ...]] = [(column,)]
    while ring:
        further = []
        for path in ring:
            for source in _sources(graph, path[0]):
                if source in seen:
                    continue
                seen.add(source)
                match _says(_classification(graph, source)):
                    case Says.PERSONAL:
                        return source, *path
                    case Says.NOTHING:
                        further.append((source, *path))
                    case Says.OTHERWISE:
                        pass  # decided there: nobody can be known by it
        ring = further
    return ()


def _origins(graph: MeshGraph) -> Iterator[Place]:
    for address in graph.order:
        product = graph.product(address)
        if product is None:
            continue
        for taken in product.inputs:
            yield from (
                SourceColumn(address, taken.name, c.name) for c in taken.columns if is_personal(c.classification)
            )
        for port in product.outputs:
            for column in port.contract.columns:
                place = product.port_address(port).column(column.name)
                if is_personal(column.classification) and not personal_path(graph, place):
                    yield place


def _flow(graph: MeshGraph, origin: Place) -> PersonalFlow:
    """Follow one column, breadth first."""
    arrivals: dict[ColumnAddress, Arrival] = {}
    edges = []
    rows = set(_rows(graph, origin))
    ring: list[tuple[Place, ...]] = [(origin,)]
    while ring:
        further = []
        for path in ring:
            for target in _targets(graph, path[-1]):
                if target == origin:
                    continue
                edges.append((path[-1], target))
                if target in arrivals:
                    continue
                arrival = Arrival(target, _classification(graph, target), (*path, target))
                arrivals[target] = arrival
                if arrival.says is not Says.OTHERWISE:
                    rows.update(_rows(graph, target))
                    further.append(arrival.path)
        ring = further
    return PersonalFlow(origin, tuple(arrivals.values()), tuple(edges), tuple(sorted(rows, key=_by_place)))


def _by_place(use: RowUse) -> tuple[PortAddress, Location, str]:
    return use.port, use.at, str(use.of)


def _says(classification: str | None) -> Says:
    if not classification:
        return Says.NOTHING
    return Says.PERSONAL if is_personal(classification) else Says.OTHERWISE


def _classification(graph: MeshGraph, place: Place) -> str | None:
    match place:
        case SourceColumn():
            product = graph.product(place.product)
            taken = product.input(place.input) if product else None
            found = next((c for c in taken.columns if c.name == place.name), None) if taken else None
        case ColumnAddress():
            output = graph.output(place.port)
            found = output.contract.column(place.name) if output else None
    return found.classification if found else None


def _sources(graph: MeshGraph, place: Place) -> tuple[Place, ...]:
    """Return what a column is made of directly: columns of other products, and columns of sources."""
    match place:
        case SourceColumn():
            return ()
        case ColumnAddress():
            return (*graph.sources(place), *graph.source_columns(place))


def _targets(graph: MeshGraph, place: Place) -> tuple[ColumnAddress, ...]:
    """Return the columns that values flow into directly."""
    match place:
        case SourceColumn():
            own = (
                port.column(made.name)
                for port, analysis in graph.analyses_of(place.product)
                for made in analysis.columns
                if (place.input, place.name) in made.sources
            )
            return tuple(sorted(own))
        case ColumnAddress():
            return graph.targets(place)


def _rows(graph: MeshGraph, place: Place) -> Iterator[RowUse]:
    """Yield where a column is read without flowing into one."""
    match place:
        case SourceColumn():
            pair = (place.input, place.name)
            for port, analysis in graph.analyses_of(place.product):
                if not any(pair in made.sources for made in analysis.columns):
                    yield from (RowUse(port, r.at, place) for r in analysis.reads if (r.input, r.column) == pair)
        case ColumnAddress():
            yield from (RowUse(r.port, r.at, place) for r in graph.readers(place) if r.column is None)


def _closure(start: Iterable[Place], edges: Iterable[tuple[Place, Place]]) -> set[Place]:
    """Return what can be reached along edges, with the start."""
    after: dict[Place, list[Place]] = {}
    for source, target in edges:
        after.setdefault(source, []).append(target)
    found, waiting = set(start), list(start)
    while waiting:
        new = [place for place in after.get(waiting.pop(), ()) if place not in found]
        found.update(new)
        waiting += new
    return found
