"""Flow: where do the values of a column go, and which products read it on the way?

Columns become spots that know the next ones. A table's spots are linked when somebody first comes by, from the analyses
of those who read the table, and then stay linked.
"""

from collections import defaultdict
from typing import TYPE_CHECKING

from meshwright.model.address import ColumnAddress, ProductAddress, TableAddress

if TYPE_CHECKING:
    from meshwright.graph.graph import MeshGraph


class Spot:
    """A column: the columns directly made of it, and the places in the order of the products that read it.

    Both are None until its table is linked. Spots are told apart by what they are, which takes no time: there are many.
    """

    __slots__ = ("column", "into", "readers")

    def __init__(self, column: ColumnAddress) -> None:
        self.column = column
        self.into: tuple[Spot, ...] | None = None
        self.readers: frozenset[int] = frozenset()


class Flow:
    """The spots of a graph, as far as somebody has asked."""

    def __init__(self, graph: "MeshGraph") -> None:
        self._graph = graph
        self._spots: dict[TableAddress, dict[str, Spot]] = {}
        self._position = {address: n for n, address in enumerate(graph.order)}

    def readers(self, column: ColumnAddress) -> tuple[ProductAddress, ...]:
        """Return the products that read a column, or one that its values flow into."""
        found: set[int] = set()
        for spot in self._downstream(column):
            self._into(spot)
            found |= spot.readers
        return tuple(self._graph.order[n] for n in sorted(found))

    def _downstream(self, column: ColumnAddress) -> list[Spot]:
        """Return the spot of a column, and all that its values flow into."""
        ring = [self._spot(column.table, column.name)]
        found = dict.fromkeys(ring)
        while ring:
            ring = list(dict.fromkeys(spot for here in ring for spot in self._into(here) if spot not in found))
            found.update(dict.fromkeys(ring))
        return list(found)

    def _spot(self, table: TableAddress, name: str) -> Spot:
        spots = self._spots.setdefault(table, {})
        if name not in spots:
            spots[name] = Spot(table.column(name))
        return spots[name]

    def _into(self, spot: Spot) -> tuple[Spot, ...]:
        if spot.into is None:
            self._link(spot.column.table)
        return spot.into or ()

    def _link(self, table: TableAddress) -> None:
        into: dict[str, dict[Spot, None]] = defaultdict(dict)
        readers: dict[str, set[int]] = defaultdict(set)
        for local, made, analysis in self._graph.taking(table):
            for column in analysis.columns:
                for name in (name for source, name in column.sources if source == local):
                    into[name][self._spot(made, column.name)] = None
            for read in (read for read in analysis.reads if read.input == local):
                readers[read.column].add(self._position[made.port.product])
        for name in {*into, *readers}:
            self._spot(table, name)
        for name, spot in list(self._spots[table].items()):
            spot.readers = frozenset(readers[name])
            spot.into = tuple(into[name])
