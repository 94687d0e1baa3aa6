"""Personal data, traced: where do they come in, into which columns do they flow, and does each of these say so?

They flow on through a column that is classified personal, and through one that has no classification: silence hides
nothing. They end at a column with another class: there a team decided that nobody can be known by it, as by a count.
They end at a redacted column too, which holds nothing; a pseudonym or a truncated value still leads to a person.
What only decides which rows there are (a join, a filter) carries no values: it is listed, and not followed.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from meshwright.graph.graph import MeshGraph
from meshwright.model.address import AnyColumn, ColumnAddress, SourceColumn, TableAddress
from meshwright.model.contract import Column
from meshwright.model.diagnostic import Location
from meshwright.model.mask import Mask, Redact
from meshwright.model.personal import is_personal


class Says(StrEnum):
    """What a column says of itself."""

    PERSONAL = "personal"
    NOTHING = "nothing"
    OTHERWISE = "otherwise"
    REDACTED = "redacted"


ENDS = (Says.OTHERWISE, Says.REDACTED)
"""What ends the way of personal data."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A column that personal data flow into; `path` is the shortest way to it, from the origin on, both included."""

    column: ColumnAddress
    classification: str | None
    path: tuple[AnyColumn, ...]
    mask: Mask | None = None

    @property
    def says(self) -> Says:
        """What it says of itself."""
        return _says(self.classification, self.mask)


@dataclass(frozen=True, slots=True, order=True)
class RowUse:
    """A place in the SQL of a table where personal data only decide which rows there are."""

    table: TableAddress
    at: Location
    of: AnyColumn


@dataclass(frozen=True, slots=True)
class PersonalFlow:
    """What becomes of one column of personal data: `arrivals` by their distance, and all the steps between them."""

    origin: AnyColumn
    arrivals: tuple[Arrival, ...] = ()
    edges: tuple[tuple[AnyColumn, ColumnAddress], ...] = ()
    rows: tuple[RowUse, ...] = ()

    @property
    def leaks(self) -> tuple[Arrival, ...]:
        """The columns that hold personal data and do not say so."""
        return tuple(a for a in self.arrivals if a.says is Says.NOTHING)

    def through(self, wanted: Callable[[AnyColumn], bool]) -> "PersonalFlow | None":
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


def personal_path(graph: MeshGraph, column: ColumnAddress) -> tuple[AnyColumn, ...]:
    """Return the way to a column from the nearest personal one that it is made of, both included; empty without one."""
    if _standing(graph, column) is Says.REDACTED:
        return ()
    ways = graph.once(_Ways)
    path: list[AnyColumn] = [column]
    while isinstance(here := path[-1], ColumnAddress) and (step := ways.step(here)) is not None:
        path.append(step.before)
        if step.distance == 1:
            return tuple(reversed(path)) if path[-1] != column else ()  # a cycle brings a column back to itself
    return ()


@dataclass(frozen=True, slots=True)
class _Step:
    """The place before a column on its way from the nearest personal column, which is so many steps away."""

    before: AnyColumn
    distance: int


class _Ways:
    """The last steps to columns; each is looked for once, and with it all that lie in silence before it."""

    def __init__(self, graph: MeshGraph) -> None:
        self._graph = graph
        self._known: dict[ColumnAddress, _Step | None] = {}

    def step(self, column: ColumnAddress) -> _Step | None:
        """Return the last step to a column that personal data flow into."""
        opened: set[ColumnAddress] = set()
        waiting = [column]
        while waiting:
            here = waiting[-1]
            first = [] if here in opened else self._unknown_before(here)
            opened.add(here)
            waiting += [place for place in first if place not in opened]  # one that is open already closes a cycle
            if waiting[-1] == here:
                self._known.setdefault(here, self._nearest(here))
                waiting.pop()
        return self._known[column]

    def _unknown_before(self, column: ColumnAddress) -> list[ColumnAddress]:
        if column in self._known:
            return []
        silent = (s for s in _sources(self._graph, column) if _standing(self._graph, s) is Says.NOTHING)
        return [s for s in silent if isinstance(s, ColumnAddress) and s not in self._known]

    def _nearest(self, column: ColumnAddress) -> _Step | None:
        steps = (step for source in _sources(self._graph, column) if (step := self._from(source)) is not None)
        return min(steps, key=lambda step: step.distance, default=None)

    def _from(self, source: AnyColumn) -> _Step | None:
        """Return the step that leads on from a place, if personal data are there."""
        says = _standing(self._graph, source)
        if says is Says.PERSONAL:
            return _Step(source, 1)
        known = self._known.get(source) if says is Says.NOTHING and isinstance(source, ColumnAddress) else None
        return _Step(source, known.distance + 1) if known else None


def _origins(graph: MeshGraph) -> Iterator[AnyColumn]:
    for address in graph.order:
        product = graph.product(address)
        if product is None:
            continue
        for taken in product.inputs:
            yield from (
                SourceColumn(address, taken.name, c.name) for c in taken.columns if is_personal(c.classification)
            )
        for table_address, table in product.tables():
            for column in table.contract.columns:
                place = table_address.column(column.name)
                if _standing(graph, place) is Says.PERSONAL and not personal_path(graph, place):
                    yield place


def _flow(graph: MeshGraph, origin: AnyColumn) -> PersonalFlow:
    """Follow one column, breadth first."""
    arrivals: dict[ColumnAddress, Arrival] = {}
    edges = []
    rows = set(_rows(graph, origin))
    ring: list[tuple[AnyColumn, ...]] = [(origin,)]
    while ring:
        further = []
        for path in ring:
            for target in graph.once(_made_into).get(path[-1], ()):
                if target == origin:
                    continue
                edges.append((path[-1], target))
                if target in arrivals:
                    continue
                arrival = _arrival(graph, (*path, target), target)
                arrivals[target] = arrival
                if arrival.says not in ENDS:
                    rows.update(_rows(graph, target))
                    further.append(arrival.path)
        ring = further
    return PersonalFlow(origin, tuple(arrivals.values()), tuple(edges), tuple(sorted(rows, key=_by_place)))


def _by_place(use: RowUse) -> tuple[TableAddress, Location, str]:
    return use.table, use.at, str(use.of)


def _arrival(graph: MeshGraph, path: tuple[AnyColumn, ...], column: ColumnAddress) -> Arrival:
    found = _column(graph, column)
    return Arrival(column, found.classification, path, found.mask) if found else Arrival(column, None, path)


def _standing(graph: MeshGraph, place: AnyColumn) -> Says:
    found = _column(graph, place)
    return Says.NOTHING if found is None else _says(found.classification, found.mask)


def _says(classification: str | None, mask: Mask | None) -> Says:
    if isinstance(mask, Redact):
        return Says.REDACTED
    if not classification:
        return Says.NOTHING
    return Says.PERSONAL if is_personal(classification) else Says.OTHERWISE


def _column(graph: MeshGraph, place: AnyColumn) -> Column | None:
    match place:
        case SourceColumn():
            product = graph.product(place.product)
            taken = product.input(place.input) if product else None
            return next((c for c in taken.columns if c.name == place.name), None) if taken else None
        case ColumnAddress():
            table = graph.table(place.table)
            return table.contract.column(place.name) if table else None


def _sources(graph: MeshGraph, column: ColumnAddress) -> tuple[AnyColumn, ...]:
    """Return what a column is made of directly: columns of other products, and columns of sources."""
    return (*graph.sources(column), *graph.source_columns(column))


def _made_into(graph: MeshGraph) -> dict[AnyColumn, list[ColumnAddress]]:
    """Return the columns that the values of each place flow directly into, in topological order."""
    found: dict[AnyColumn, list[ColumnAddress]] = {}
    for address in graph.order:
        for port, analysis in graph.analyses_of(address):
            for column in (port.column(made.name) for made in analysis.columns):
                for source in _sources(graph, column):
                    found.setdefault(source, []).append(column)
    return found


def _rows(graph: MeshGraph, place: AnyColumn) -> Iterator[RowUse]:
    """Yield where a column is read without flowing into one."""
    match place:
        case SourceColumn():
            pair = (place.input, place.name)
            for table, analysis in graph.analyses_of(place.product):
                if not any(pair in made.sources for made in analysis.columns):
                    yield from (RowUse(table, r.at, place) for r in analysis.reads if (r.input, r.column) == pair)
        case ColumnAddress():
            yield from (RowUse(r.table, r.at, place) for r in graph.readers(place) if r.column is None)


def _closure(start: Iterable[AnyColumn], edges: Iterable[tuple[AnyColumn, AnyColumn]]) -> set[AnyColumn]:
    """Return what can be reached along edges, with the start."""
    after: dict[AnyColumn, list[AnyColumn]] = {}
    for source, target in edges:
        after.setdefault(source, []).append(target)
    found, waiting = set(start), list(start)
    while waiting:
        new = [place for place in after.get(waiting.pop(), ()) if place not in found]
        found.update(new)
        waiting += new
    return found
