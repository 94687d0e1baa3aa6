"""Graph: the mesh of a release, linked as it was when it was cut.

root → shards tell what there is, and how it is linked; a record is read, and verified, when somebody looks at it. So
what looks at one product of thousands reads one.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Protocol

from meshwright.graph.build import build
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import ProductAddress, shared_address
from meshwright.model.analyses import Analyses
from meshwright.model.codec import load
from meshwright.model.identity import Digest
from meshwright.model.mesh import Mesh
from meshwright.model.products import Outlines, Products
from meshwright.release.files import MESH, ROOT, record_file
from meshwright.release.read import Part, Root, root_of
from meshwright.release.record import analyses_of, product_of
from meshwright.release.shard import Head, heads_of


class Files(Protocol):
    """Where the files of releases are."""

    def file(self, release: Digest, name: str, digest: Digest) -> bytes:
        """Return one file of a release, verified. Raises `NotFound` or `Corrupt`."""

    def files(self, release: Digest, parts: Sequence[Part]) -> Iterator[bytes]:
        """Yield files of a release, verified, in their order; from far away, several are brought at once."""


@dataclass(frozen=True)
class Listing:
    """What a release is made of: its root, and the head of each product's line in the order of their addresses."""

    root: Root
    heads: Mapping[ProductAddress, Head]

    @cached_property
    def shards(self) -> frozenset[Digest]:
        """The digests of its shards."""
        return frozenset(entry.digest for entry in self.root.shards)


def listing_of(files: Files, release: Digest) -> Listing:
    """Return what a release is made of. Raises `NotFound` or `Corrupt`."""
    root = root_of(files.file(release, ROOT, release), release)
    shards = files.files(release, root.parts[1:])
    heads = (head for shard in shards for head in heads_of(shard))
    return Listing(root, {shared_address(*head.product.split(".")): head for head in heads})


def graph_of(files: Files, release: Digest) -> MeshGraph:
    """Return the mesh of a release, linked. Raises `NotFound` or `Corrupt`; for a record, when it is looked at."""
    listing = listing_of(files, release)

    @cache
    def record(address: ProductAddress) -> bytes:
        return files.file(release, record_file(address), Digest(listing.heads[address].record))

    heads = listing.heads
    mesh = load(Mesh, json.loads(files.file(release, MESH, listing.root.mesh)))
    products = Products(Outlines({a: head.outline for a, head in heads.items()}), lambda a: product_of(record(a)))
    return build(
        replace(mesh, products=products),
        Analyses(heads, lambda address: dict(analyses_of(record(address)))),
        {address: head.made_of for address, head in heads.items()},
    )
