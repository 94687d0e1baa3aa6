"""Frozen: what is frozen of one product, and what names all that it is made of.

A record follows from the product, the analyses of its tables and whoever binds their SQL, so that two of the same
`made_of` are the same, to the byte, and neither has to be made to know that.
"""

from meshwright.graph.graph import MeshGraph
from meshwright.model.codec import canonical
from meshwright.model.identity import Digest
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
    return Contents(product, queries, asked, known.analyses)


def made_of(graph: MeshGraph, product: DataProduct) -> Digest:
    """Return the digest of all that a product's record is made of."""
    return Digest.of(canonical([reader(), DIALECTS]) + contents_bytes(_bare(graph, product)))


def _bare(graph: MeshGraph, product: DataProduct) -> Contents:
    return Contents(product, (), (), tuple(graph.analyses_of(product.address)))
