"""Record: one product in a release, with all that is needed to run it.

A record's bytes do not name their release: the release's digest is made of them. Whoever reads one knows which release
it was read from, and the value says so.
"""

import json
from dataclasses import dataclass

from meshwright.model.address import TableAddress
from meshwright.model.analysis import Analysis
from meshwright.model.codec import canonical, dump, load
from meshwright.model.identity import Digest
from meshwright.model.product import DataProduct


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Contents:
    """What is frozen of one product: resolved, with its queries in each dialect and its column lineage."""

    product: DataProduct
    queries: tuple[Query, ...] = ()
    analyses: tuple[tuple[TableAddress, Analysis], ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """One product of one release."""

    release: Digest
    contents: Contents

    @property
    def product(self) -> DataProduct:
        """The product, resolved."""
        return self.contents.product

    def queries(self, dialect: str) -> tuple[Query, ...]:
        """Return what makes the tables, for an engine of this dialect."""
        return tuple(q for q in self.contents.queries if q.dialect == dialect)


def contents_bytes(contents: Contents) -> bytes:
    """Return the one spelling of a product's contents."""
    return canonical(dump(contents))


def contents_of(content: bytes) -> Contents:
    """Return the contents that `contents_bytes` wrote."""
    return load(Contents, json.loads(content))
