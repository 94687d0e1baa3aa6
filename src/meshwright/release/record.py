"""Record: one product in a release, with all that is needed to run it.

A record's bytes do not name their release: the release's digest is made of them. Whoever reads one knows which release
it was read from, and the value says so.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace

from meshwright.model.address import TableAddress
from meshwright.model.analysis import Analysis
from meshwright.model.codec import canonical, dump, load
from meshwright.model.contract import Check, Column
from meshwright.model.identity import Digest
from meshwright.model.product import DataProduct, OutputTable
from meshwright.model.value import value

Understood = tuple[tuple[TableAddress, Analysis], ...]
"""The column lineage of each table."""

Columns = tuple[tuple[str, tuple[Column, ...]], ...]
"""The columns of tables of inputs, by local names: `orders`, or `orders.lines` for one of several tables."""


@value
class Query:
    """What makes one table, in one dialect; `parameters` are the names of the values to bind.

    Tables are read by the local names of inputs, each one identifier; `reads` are those of them that are one of several
    in an input: `orders.lines`.
    """

    table: TableAddress
    dialect: str
    sql: str
    parameters: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()


@value
class CheckQuery:
    """What one check of a table asks in SQL, in one dialect, as `Check` says of a bound query."""

    table: TableAddress
    check: str
    dialect: str
    sql: str
    parameters: tuple[str, ...] = ()
    condition: str | None = None


@value
class Contents:
    """What is frozen of one product: resolved, with its queries in each dialect and its column lineage.

    `optional` are the columns of what it may have to do without: of the tables of ports that are not required.
    """

    product: DataProduct
    queries: tuple[Query, ...] = ()
    asked: tuple[CheckQuery, ...] = ()
    analyses: Understood = ()
    optional: Columns = ()


@value
class Record:
    """One product of one release."""

    release: Digest
    contents: Contents

    @property
    def product(self) -> DataProduct:
        """The product, resolved."""
        return self.contents.product

    def speaking(self, dialect: str) -> DataProduct:
        """Return the product with checks that ask in this dialect; one that was not bound for it stays as written."""
        return speaking(self.product, (q for q in self.contents.asked if q.dialect == dialect))

    def queries(self, dialect: str) -> tuple[Query, ...]:
        """Return what makes the tables, for an engine of this dialect."""
        return tuple(q for q in self.contents.queries if q.dialect == dialect)


def speaking(product: DataProduct, asked: Iterable[CheckQuery]) -> DataProduct:
    """Return a product whose checks ask what is given here for them."""
    bound = {(query.table, query.check): query for query in asked}
    if not bound:
        return product
    ports = []
    for port in product.outputs:
        address = product.port_address(port)
        ports.append(replace(port, tables=tuple(_asking(address.table(n), t, bound) for n, t in port.named)))
    return replace(product, outputs=tuple(ports))


def _asking(
    address: TableAddress, table: OutputTable, bound: Mapping[tuple[TableAddress, str], CheckQuery]
) -> OutputTable:
    checks = (_bound(check, bound.get((address, check.name))) for check in table.contract.checks)
    return replace(table, contract=replace(table.contract, checks=tuple(checks)))


def _bound(check: Check, query: CheckQuery | None) -> Check:
    if query is None:
        return check
    return replace(
        check, query=query.sql, dialect=query.dialect, parameters=query.parameters, condition=query.condition
    )


def contents_bytes(contents: Contents) -> bytes:
    """Return the one spelling of a product's contents."""
    return canonical(dump(contents))


def contents_of(content: bytes) -> Contents:
    """Return the contents that `contents_bytes` wrote."""
    return load(Contents, json.loads(content))


def product_of(content: bytes) -> DataProduct:
    """Return the product of the contents that `contents_bytes` wrote, and make nothing of the rest."""
    return load(DataProduct, json.loads(content)["product"])


def analyses_of(content: bytes) -> Understood:
    """Return the analyses of the contents that `contents_bytes` wrote."""
    return load(Understood, json.loads(content).get("analyses", ()))
