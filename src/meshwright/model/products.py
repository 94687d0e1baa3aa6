"""Products: all products of a mesh, of which one is read only when somebody looks at it.

An outline is known of every product: what links it to others. So a mesh of thousands is linked without reading it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from hashlib import sha256
from operator import attrgetter
from typing import Any, NamedTuple, overload

from meshwright.model.address import ColumnAddress, PortAddress, ProductAddress, port_address
from meshwright.model.codec import canonical
from meshwright.model.contract import Column
from meshwright.model.product import DataProduct, InputsSchedule, OutputPort


class Carried(NamedTuple):
    """A term of the glossary, the column that carries it, and what both must agree on."""

    term: str
    column: ColumnAddress
    type: str
    classification: str | None


class Offered(NamedTuple):
    """A port that a product offers, and a name of all that SQL feels of its columns: new where readers may not fit."""

    port: PortAddress
    columns: str


class Outline(NamedTuple):
    """What links a product to others: the ports that it reads and offers, the columns that carry a term.

    One that is `driven` runs when its inputs publish, and not by a clock of its own.
    """

    reads: tuple[PortAddress, ...] = ()
    offers: tuple[Offered, ...] = ()
    terms: tuple[Carried, ...] = ()
    driven: bool = False

    @property
    def plain(self) -> list[Any]:
        """The same as plain JSON."""
        terms = [[c.term, str(c.column.port), c.column.table.name, c.column.name, *c[2:]] for c in self.terms]
        offers = [[str(port), columns] for port, columns in self.offers]
        return [list(map(str, self.reads)), offers, terms, self.driven]

    @classmethod
    def of(cls, plain: list[Any]) -> "Outline":
        """Return the outline that `plain` was made of."""
        reads, offers, terms, driven = plain
        offered = tuple([Offered(port_address(port), columns) for port, columns in offers])
        return cls(tuple(map(port_address, reads)), offered, tuple(map(_carried, terms)), driven)


def _carried(plain: list[Any]) -> Carried:
    term, port, table, column, *agreed = plain
    return Carried(term, port_address(port).table(table).column(column), *agreed)


def outline_of(product: DataProduct) -> Outline:
    """Return the outline of a product; what it reads is in the order of its input ports."""
    return Outline(
        tuple(port.port for port in product.inputs if port.port is not None),
        tuple(Offered(product.port_address(port), _columns(port)) for port in product.outputs),
        tuple(
            Carried(column.term, address.column(column.name), column.type, column.classification)
            for address, table in product.tables()
            for column in table.contract.columns
            if column.term is not None
        ),
        isinstance(product.schedule, InputsSchedule),
    )


_WORDS = {"description", "classification", "examples", "term", "mask"}
_FELT = attrgetter(*(f.name for f in fields(Column) if f.compare and f.name not in _WORDS))
"""All of a column but what is said about it, as plain values."""


def _columns(port: OutputPort) -> str:
    plain = [[name, [_FELT(column) for column in table.columns]] for name, table in port.named]
    return sha256(canonical(plain)).hexdigest()


class Outlines(Mapping[ProductAddress, Outline]):
    """Outlines as plain JSON, each read when somebody looks at it: of a release, few are where little changes."""

    def __init__(self, plain: Mapping[ProductAddress, list[Any]]) -> None:
        self._plain = plain
        self._read: dict[ProductAddress, Outline] = {}

    def __getitem__(self, address: ProductAddress) -> Outline:
        if address not in self._read:
            self._read[address] = Outline.of(self._plain[address])
        return self._read[address]

    def __contains__(self, address: object) -> bool:
        return address in self._plain

    def __iter__(self) -> Iterator[ProductAddress]:
        return iter(self._plain)

    def __len__(self) -> int:
        return len(self._plain)


class Products(Sequence[DataProduct]):
    """Products in the order of their addresses, as `outlines` are; `read` gives one that nobody has looked at yet."""

    def __init__(
        self, outlines: Mapping[ProductAddress, Outline], read: Callable[[ProductAddress], DataProduct]
    ) -> None:
        self.outlines = outlines
        self._read = read
        self._known: dict[ProductAddress, DataProduct] = {}

    @classmethod
    def of(cls, products: Sequence[DataProduct]) -> "Products":
        """Return products that are there already."""
        if isinstance(products, Products):
            return products
        known = {product.address: product for product in products}
        return cls({address: outline_of(known[address]) for address in sorted(known)}, known.__getitem__)

    def get(self, address: ProductAddress) -> DataProduct | None:
        """Return the product at an address."""
        return self.at(address) if address in self.outlines else None

    def at(self, address: ProductAddress) -> DataProduct:
        """Return the product at an address that one of them is at."""
        if address not in self._known:
            self._known[address] = self._read(address)
        return self._known[address]

    def only(self, addresses: Iterable[ProductAddress]) -> "Products":
        """Return those of the products that are at some addresses."""
        wanted = set(addresses)
        return Products({a: self.outlines[a] for a in self.outlines if a in wanted}, self.at)

    def beside(self, others: "Products") -> "Products":
        """Return these and others; where both have one, this is the one."""
        together = {**others.outlines, **self.outlines}
        outlines = {address: together[address] for address in sorted(together)} if others.outlines else self.outlines
        return Products(outlines, lambda a: self.at(a) if a in self.outlines else others.at(a))

    def __len__(self) -> int:
        return len(self.outlines)

    def __iter__(self) -> Iterator[DataProduct]:
        return map(self.at, self.outlines)

    @overload
    def __getitem__(self, place: int) -> DataProduct: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[DataProduct]: ...
    def __getitem__(self, place: int | slice) -> DataProduct | Sequence[DataProduct]:
        found = tuple(self.outlines)[place]
        return tuple(map(self.at, found)) if isinstance(found, tuple) else self.at(found)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self.outlines))

    def __repr__(self) -> str:
        return repr(tuple(self))
