"""Analyses: what does the SQL of each table read and make?

Understood anew only where it, or what its inputs offer, has changed; unpacked only for whoever asks.
"""

from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path

from meshwright.compiler.cache import Cache
from meshwright.compiler.referred import with_references
from meshwright.manifest.remembered import Remembered
from meshwright.model.address import PortAddress, ProductAddress, TableAddress
from meshwright.model.analyses import Known
from meshwright.model.analysis import Analysis
from meshwright.model.contract import Column
from meshwright.model.diagnostic import Diagnostic
from meshwright.model.naming import local_table, sql_name
from meshwright.model.packing import pack, shape, unpack
from meshwright.model.product import DataProduct, OutputPort
from meshwright.model.products import Outline, Products
from meshwright.model.progress import counted
from meshwright.model.value import value
from meshwright.sql.analyse import analyse
from meshwright.sql.version import reader

Outputs = Callable[[PortAddress], OutputPort | None]
"""Gives the output port at an address."""

_DIAGNOSTICS = tuple[Diagnostic, ...]


@value
class Understood:
    """What is understood of a product's SQL: that of its tables, and what is wrong with that of checks and samples."""

    analyses: tuple[tuple[TableAddress, Analysis], ...]
    asked: tuple[Diagnostic, ...] = ()

    @property
    def wrong(self) -> tuple[Diagnostic, ...]:
        """All that is wrong with it."""
        return (*self.asked, *(d for _, analysis in self.analyses for d in analysis.diagnostics))


class Analyst:
    """Understands the SQL of the products of a mesh, or remembers having done so.

    `products` are all that may be read, `digests` name what each product at `root` was found to be; `states`, all that
    the analyses of its tables are made of.
    """

    def __init__(self, root: Path, products: Products, digests: Mapping[ProductAddress, bytes], kept: Cache) -> None:
        self._products, self._kept = products, kept
        self._reader = sha256(f"{reader()} {shape(Understood)}".encode()).digest()
        self._offered = {port: columns for outline in products.outlines.values() for port, columns in outline.offers}
        self._told = Remembered(kept, f"analyses {self._reader.hex()} {root}")
        self.states = {
            address: self._state(digest, outline)
            for address, outline in products.outlines.items()
            if (digest := digests.get(address)) is not None
        }

    def wrong(self) -> list[Diagnostic]:
        """Return what is wrong with the SQL here. What is new of it is understood for that."""
        found: list[Diagnostic] = []
        for address, state in counted("understanding SQL", self.states.items(), len(self.states)):
            told = self._told.get(address, state)
            if told is None:
                wrong = self._understood(address).wrong
                told = pack(_DIAGNOSTICS, wrong).decode(errors="surrogatepass") if wrong else ""
                self._told.put(address, state, told)
            if told:
                found += unpack(_DIAGNOSTICS, told.encode(errors="surrogatepass")) or ()
        self._kept.hold(map(bytes.fromhex, self.states.values()))
        self._told.save()
        return found

    def analyses(self, address: ProductAddress) -> Known:
        """Return the analyses of a product's tables."""
        return dict(self._understood(address).analyses)

    def _understood(self, address: ProductAddress) -> Understood:
        key = bytes.fromhex(self.states[address])
        known = unpack(Understood, self._kept.get(key))
        if known is None:
            product = self._products.at(address)
            known = understood(product, schemas(self._output, product))
            if _has_sql(product):  # to pass columns on is faster done than remembered
                self._kept.put(key, pack(Understood, known))
        return known

    def _state(self, digest: bytes, outline: Outline) -> str:
        """Name all that the analyses of a product are made of: itself, and the columns that its inputs have now."""
        offered = "".join([self._offered.get(port, "") for port in outline.reads])
        return sha256(self._reader + digest + offered.encode()).hexdigest()

    def _output(self, address: PortAddress) -> OutputPort | None:
        product = self._products.get(address.product)
        return None if product is None else product.output(address.name, address.major)


def understood(product: DataProduct, known: Mapping[str, tuple[Column, ...]]) -> Understood:
    """Understand the SQL of a product; `known` are the columns of its inputs, as `analyse` wants them."""
    analyses = tuple(
        (address, with_references(product, table, analyse(product, table, known), known))
        for address, table in product.tables()
    )
    if not _has_questions(product):
        return Understood(analyses)
    from meshwright.sql.asked import asked

    return Understood(analyses, asked(product))


def _has_sql(product: DataProduct) -> bool:
    return any(table.transform is not None for _, table in product.tables()) or _has_questions(product)


def _has_questions(product: DataProduct) -> bool:
    """Tell whether checks or samples of a product ask in SQL."""
    checks = (check for _, table in product.tables() for check in table.contract.checks)
    return any(port.samples for port in product.outputs) or any(check.query is not None for check in checks)


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
