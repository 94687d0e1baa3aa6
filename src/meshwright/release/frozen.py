"""Frozen: what is frozen of one product, and what names all that it is made of.

A record follows from the product, the analyses of its tables, the columns of what it may have to do without, and
whoever binds its SQL, so that two of the same `made_of` are the same, to the byte, and neither has to be made to know
that.
"""

from collections.abc import Iterator
from dataclasses import replace

from meshwright.graph.graph import MeshGraph
from meshwright.model.codec import canonical
from meshwright.model.contract import Column
from meshwright.model.identity import Digest
from meshwright.model.naming import local_table
from meshwright.model.product import DataProduct
from meshwright.release.queries import asked_of, queries_of
from meshwright.release.record import Contents, contents_bytes
from meshwright.sql.version import reader

DIALECTS = ("duckdb",)
"""The dialects of the engines that a release is made for, beside the one that each query was written in."""


def frozen(graph: MeshGraph, product: DataProduct) -> Contents:
    """Return what is frozen of a product."""
    known = _bare(graph, product)
    analyses = dict(known.analyses)
    queries = tuple(q for a, table in product.tables() for q in queries_of(a, table, analyses.get(a), DIALECTS))
    asked = tuple(q for address, table in product.tables() for q in asked_of(address, table, DIALECTS))
    return replace(known, queries=queries, asked=asked)


def made_of(graph: MeshGraph, product: DataProduct) -> Digest:
    """Return the digest of all that a product's record is made of."""
    return Digest.of(canonical([reader(), DIALECTS]) + contents_bytes(_bare(graph, product)))


def _bare(graph: MeshGraph, product: DataProduct) -> Contents:
    analyses, optional = tuple(graph.analyses_of(product.address)), tuple(_optional(graph, product))
    return Contents(product, analyses=analyses, optional=optional)


def _optional(graph: MeshGraph, product: DataProduct) -> Iterator[tuple[str, tuple[Column, ...]]]:
    """Yield names and types of the columns of each table that an input reads which is not required."""
    for port in product.inputs:
        upstream = None if port.required or port.port is None else graph.output(port.port)
        for name, table in upstream.named if upstream else ():
            yield local_table(port.name, name.lower()), tuple(Column(c.name, c.type) for c in table.columns)
