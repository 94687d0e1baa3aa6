"""Analyses: what does the SQL of each table read and make?

Understood anew only where it, or what its inputs offer, has changed; unpacked only for whoever asks.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from hashlib import sha256
from operator import attrgetter

from meshwright.actions.cache import Cache
from meshwright.model import codec
from meshwright.model.address import PortAddress, ProductAddress, TableAddress
from meshwright.model.analysis import Analysis
from meshwright.model.contract import Column
from meshwright.model.diagnostic import Diagnostic
from meshwright.model.naming import local_table, sql_name
from meshwright.model.packing import pack, shape, unpack
from meshwright.model.product import DataProduct, OutputPort, OutputTable
from meshwright.sql.analyse import analyse
from meshwright.sql.version import reader

Outputs = Callable[[PortAddress], OutputPort | None]
"""Gives the output port at an address."""

_CONTENT = attrgetter(*(f.name for f in fields(Column) if f.compare))
"""All of a column but where it was written, as plain values."""


class Analyses(Mapping[TableAddress, Analysis]):
    """The analyses of a mesh's tables; one that is packed is unpacked for whoever looks at it.

    What is packed was understood here and now: it stands before one of the same table that was known already.
    """

    def __init__(self, packed: Mapping[TableAddress, bytes], known: Mapping[TableAddress, Analysis]) -> None:
        self._packed = packed
        self._unpacked = {table: analysis for table, analysis in known.items() if table not in packed}

    def __getitem__(self, table: TableAddress) -> Analysis:
        if table not in self._unpacked:
            analysis = unpack(Analysis, self._packed[table])
            if analysis is None:
                raise KeyError(table)
            self._unpacked[table] = analysis
        return self._unpacked[table]

    def __iter__(self) -> Iterator[TableAddress]:
        return iter({**self._packed, **self._unpacked})

    def __len__(self) -> int:
        return len({**self._packed, **self._unpacked})


class Analyst:
    """Understands the tables of a mesh, or remembers having done so.

    `outputs` are all ports that may be read, `digests` name what each product was found to be.
    """

    def __init__(
        self, outputs: Mapping[PortAddress, OutputPort], digests: Mapping[ProductAddress, bytes], kept: Cache
    ) -> None:
        self._outputs, self._digests, self._kept = outputs, digests, kept
        self._reader = f"{reader()} {shape(Analysis)}".encode()
        self._offered: dict[PortAddress, bytes] = {}

    def understand(
        self, products: Iterable[DataProduct], released: Mapping[TableAddress, Analysis]
    ) -> tuple[Analyses, list[Diagnostic]]:
        """Return the analyses of all tables of some products, beside those that were released, and what is wrong."""
        packed: dict[TableAddress, bytes] = {}
        unpacked = dict(released)
        found: list[Diagnostic] = []
        for product in products:
            found += self._asked(product)
            for address, table in product.tables():
                if table.transform is None:  # to pass columns on is faster done than remembered
                    unpacked[address] = analyse(product, table, schemas(self._outputs.get, product))
                    found += unpacked[address].diagnostics
                else:
                    diagnostics, _, packed[address] = self._understood(product, table, address).partition(b"\n")
                    found += unpack(tuple[Diagnostic, ...], diagnostics) or ()
        return Analyses(packed, unpacked), found

    def _asked(self, product: DataProduct) -> tuple[Diagnostic, ...]:
        """Return what is wrong with the queries of a product's checks and samples, where it has any."""
        checks = (check for _, table in product.tables() for check in table.contract.checks)
        if not any(port.samples for port in product.outputs) and all(check.query is None for check in checks):
            return ()
        key = sha256(self._reader + self._digests[product.address] + b"asked").digest()
        known = unpack(tuple[Diagnostic, ...], self._kept.get(key))
        if known is None:
            from meshwright.sql.asked import asked

            known = asked(product)
            self._kept.put(key, pack(tuple[Diagnostic, ...], known))
        return known

    def _understood(self, product: DataProduct, table: OutputTable, address: TableAddress) -> bytes:
        """Return a line of what is wrong with a table's SQL, and a line of its analysis."""
        key = self._key(product, address)
        packed = self._kept.get(key)
        if packed is None:
            made = analyse(product, table, schemas(self._outputs.get, product))
            packed = pack(tuple[Diagnostic, ...], made.diagnostics) + b"\n" + pack(Analysis, made)
            self._kept.put(key, packed)
        return packed

    def _key(self, product: DataProduct, table: TableAddress) -> bytes:
        """Name all that an analysis is made of: the product, the table, the columns that its inputs have now."""
        state = sha256(self._reader)
        state.update(self._digests[product.address] + str(table).encode())
        for taken in product.inputs:
            if taken.port is not None:
                state.update(self._columns(taken.port))
        return state.digest()

    def _columns(self, address: PortAddress) -> bytes:
        if address not in self._offered:
            port = self._outputs.get(address)
            tables = () if port is None else port.named
            plain = [[name, [_CONTENT(c) for c in table.columns]] for name, table in tables]
            self._offered[address] = sha256(codec.canonical(plain)).digest()
        return self._offered[address]


def schemas(output: Outputs, product: DataProduct) -> dict[str, tuple[Column, ...]]:
    """Return the declared columns of a product's inputs, by the names that its SQL spells.

    An input from a product that is not there, often for an error of its own, is left out: nothing is known of it.
    """
    found: dict[str, tuple[Column, ...]] = {}
    for port in product.inputs:
        local = sql_name(port.name)
        upstream = None if port.port is None else output(port.port)
        if port.port is None:
            found[local] = port.columns
        elif upstream is not None:
            found.update({local_table(local, name): table.columns for name, table in upstream.named})
    return found
