"""Personal data, traced: where do they come in, into which columns do they flow, and does each of these say so?

They flow on through a column that is classified personal, and through one that has no classification: silence hides
nothing. They end at a column with another class: there a team decided that nobody can be known by it, as by a count.
They end at a redacted column too, which holds nothing; a pseudonym or a truncated value still leads to a person.
What only decides which rows there are (a join, a filter) carries no values: it is listed, and not followed.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from meshwright.graph.graph import MeshGraph
from meshwright.graph.personal_path import ENDS, Says, column_at, made_of, personal_path, says_of, standing
from meshwright.model.address import AnyColumn, ColumnAddress, SourceColumn, TableAddress
from meshwright.model.diagnostic import Location
from meshwright.model.mask import Mask
from meshwright.model.personal import is_personal
from meshwright.model.value import value


@value
class Arrival:
    """A column that personal data flow into; `path` is the shortest way to it, from the origin on, both included."""

    column: ColumnAddress
    classification: str | None
    path: tuple[AnyColumn, ...]
    mask: Mask | None = None

    @property
    def says(self) -> Says:
        """What it says of itself."""
        return says_of(self.classification, self.mask)


@value(order=True)
class RowUse:
    """A place in the SQL of a table where personal data only decide which rows there are."""

    table: TableAddress
    at: Location
    of: AnyColumn


@value
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
                if standing(graph, place) is Says.PERSONAL and not personal_path(graph, place):
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
    found = column_at(graph, column)
    return Arrival(column, found.classification, path, found.mask) if found else Arrival(column, None, path)


def _made_into(graph: MeshGraph) -> dict[AnyColumn, list[ColumnAddress]]:
    """Return the columns that the values of each place flow directly into, in topological order."""
    found: dict[AnyColumn, list[ColumnAddress]] = {}
    for address in graph.order:
        for port, analysis in graph.analyses_of(address):
            for column in (port.column(made.name) for made in analysis.columns):
                for source in made_of(graph, column):
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
