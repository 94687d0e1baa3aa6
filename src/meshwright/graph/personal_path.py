"""Personal path: what does a column say of itself, and by which way do personal data come to it, if any?

They come through columns that are classified personal, and through those that have no classification.
"""

from enum import StrEnum

from meshwright.graph.graph import MeshGraph
from meshwright.model.address import AnyColumn, ColumnAddress, SourceColumn
from meshwright.model.contract import Column
from meshwright.model.mask import Mask, Redact
from meshwright.model.personal import is_personal
from meshwright.model.value import value


class Says(StrEnum):
    """What a column says of itself."""

    PERSONAL = "personal"
    NOTHING = "nothing"
    OTHERWISE = "otherwise"
    REDACTED = "redacted"


ENDS = (Says.OTHERWISE, Says.REDACTED)
"""What ends the way of personal data."""


def personal_path(graph: MeshGraph, column: ColumnAddress) -> tuple[AnyColumn, ...]:
    """Return the way to a column from the nearest personal one that it is made of, both included; empty without one."""
    if standing(graph, column) is Says.REDACTED:
        return ()
    ways = graph.once(_Ways)
    path: list[AnyColumn] = [column]
    while isinstance(here := path[-1], ColumnAddress) and (step := ways.step(here)) is not None:
        path.append(step.before)
        if step.distance == 1:
            return tuple(reversed(path)) if path[-1] != column else ()  # a cycle brings a column back to itself
    return ()


def standing(graph: MeshGraph, place: AnyColumn) -> Says:
    """Return what a column says of itself."""
    found = column_at(graph, place)
    return Says.NOTHING if found is None else says_of(found.classification, found.mask)


def says_of(classification: str | None, mask: Mask | None) -> Says:
    """Return what a classification and a mask say of a column."""
    if isinstance(mask, Redact):
        return Says.REDACTED
    if not classification:
        return Says.NOTHING
    return Says.PERSONAL if is_personal(classification) else Says.OTHERWISE


def column_at(graph: MeshGraph, place: AnyColumn) -> Column | None:
    """Return what is declared of a column; None where nothing is."""
    match place:
        case SourceColumn():
            product = graph.product(place.product)
            taken = product.input(place.input) if product else None
            return next((c for c in taken.columns if c.name == place.name), None) if taken else None
        case ColumnAddress():
            table = graph.table(place.table)
            return table.contract.column(place.name) if table else None


def made_of(graph: MeshGraph, column: ColumnAddress) -> tuple[AnyColumn, ...]:
    """Return what a column is made of directly: columns of other products, and columns of sources."""
    return (*graph.sources(column), *graph.source_columns(column))


@value
class _Step:
    """The place before a column on its way from the nearest personal column, which is so many steps away."""

    before: AnyColumn
    distance: int


class _Ways:
    """The last steps to columns; each is looked for once, and with it all that lie in silence before it."""

    def __init__(self, graph: MeshGraph) -> None:
        self._graph = graph
        self._known: dict[ColumnAddress, _Step | None] = {}
        self._before: dict[ColumnAddress, list[tuple[AnyColumn, Says]]] = {}

    def step(self, column: ColumnAddress) -> _Step | None:
        """Return the last step to a column that personal data flow into."""
        opened: set[ColumnAddress] = set()
        waiting = [column]
        while waiting:
            here = waiting[-1]
            first = [] if here in opened or here in self._known else self._unknown_before(here)
            opened.add(here)
            waiting += [place for place in first if place not in opened]  # one that is open already closes a cycle
            if waiting[-1] == here:
                if here not in self._known:
                    self._known[here] = self._nearest(here)
                waiting.pop()
        return self._known[column]

    def _unknown_before(self, column: ColumnAddress) -> list[ColumnAddress]:
        """Look what a column is made of, and what each of that says; return what must be known first."""
        self._before[column] = before = [(s, standing(self._graph, s)) for s in made_of(self._graph, column)]
        silent = (source for source, says in before if says is Says.NOTHING)
        return [s for s in silent if isinstance(s, ColumnAddress) and s not in self._known]

    def _nearest(self, column: ColumnAddress) -> _Step | None:
        steps = (step for source in self._before[column] if (step := self._from(*source)) is not None)
        return min(steps, key=lambda step: step.distance, default=None)

    def _from(self, source: AnyColumn, says: Says) -> _Step | None:
        """Return the step that leads on from a place, if personal data are there."""
        if says is Says.PERSONAL:
            return _Step(source, 1)
        known = self._known.get(source) if says is Says.NOTHING and isinstance(source, ColumnAddress) else None
        return _Step(source, known.distance + 1) if known else None
