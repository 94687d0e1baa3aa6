"""Analyses: what is understood of the SQL of all tables of a mesh, of which one product's is asked for at a time."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from meshwright.model.address import ProductAddress, TableAddress
from meshwright.model.analysis import Analysis

Known = Mapping[TableAddress, Analysis]
"""Analyses by their tables."""


class Analyses(Mapping[TableAddress, Analysis]):
    """The analyses of some products; `of` gives those of one that nobody has asked about yet."""

    def __init__(self, products: Iterable[ProductAddress], of: Callable[[ProductAddress], Known]) -> None:
        self._products = dict.fromkeys(products)
        self._of = of
        self._known: dict[ProductAddress, Known] = {}

    def __getitem__(self, table: TableAddress) -> Analysis:
        return self._tables(table.port.product)[table]

    def __iter__(self) -> Iterator[TableAddress]:
        return (table for product in self._products for table in self._tables(product))

    def __len__(self) -> int:
        return sum(len(self._tables(product)) for product in self._products)

    def __repr__(self) -> str:
        return repr(dict(self))

    def _tables(self, product: ProductAddress) -> Known:
        if product not in self._known:
            self._known[product] = self._of(product) if product in self._products else {}
        return self._known[product]
