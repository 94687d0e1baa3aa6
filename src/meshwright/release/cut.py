"""Cut: freeze what the gate allowed.

A release is environment-free: no physical name, connection or value of any environment is in it. The same mesh gives
the same bytes, wherever and whenever it is cut; the digest of its root names it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from meshwright.gate.judge import Allowed, Verdict
from meshwright.gate.plan import Plan
from meshwright.graph.build import build
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import TableAddress
from meshwright.model.analysis import Analysis
from meshwright.model.codec import canonical, dump, load
from meshwright.model.errors import Corrupt, Refused
from meshwright.model.identity import Digest
from meshwright.model.mesh import Mesh
from meshwright.model.naming import shard
from meshwright.model.product import DataProduct
from meshwright.release.files import FORMAT, MESH, ROOT, fitting, record_file, shard_file
from meshwright.release.queries import queries_of
from meshwright.release.read import Root, products_of, root_of
from meshwright.release.record import Contents, contents_bytes, contents_of
from meshwright.release.shard import Line, line_bytes
from meshwright.release.spec import spec_of

SHARD_SIZE = 250
"""How many products one DAG file builds at most: Airflow reads a file in one process, in one go."""

DIALECTS = ("duckdb",)
"""The dialects of the engines that a release is made for, beside the one that each query was written in."""


@dataclass(frozen=True, slots=True)
class Release:
    """A frozen mesh: its files by their names; the digest is that of the root, which names all the others'."""

    digest: Digest
    files: Mapping[str, bytes]

    @property
    def root(self) -> Root:
        """What it is made of."""
        return root_of(self.files[ROOT], self.digest)


def cut(plan: Plan, verdict: Verdict) -> Release:
    """Freeze what a plan proposes. Raises `Refused` when the verdict is any other than `Allowed`."""
    if not isinstance(verdict, Allowed):
        raise Refused("the gate did not allow this plan", hint="`mesh plan` shows what is missing")
    return freeze(plan.proposed)


def freeze(graph: MeshGraph) -> Release:
    """Return the release of a mesh."""
    files: dict[str, bytes] = {MESH: canonical(dump(replace(graph.mesh, products=(), environments=())))}
    shards = []
    for name, products in _shards(graph.mesh):
        lines = []
        for product in products:
            record = contents_bytes(_contents(product, graph.analyses))
            files[record_file(product.address)] = record
            lines.append(Line(str(product.address), str(Digest.of(record)), spec_of(product)))
        files[shard_file(name)] = b"".join(line_bytes(line) for line in lines)
        digest = Digest.of(files[shard_file(name)])
        shards.append({"name": name, "first": str(products[0].address), "digest": str(digest)})
    files[ROOT] = canonical({"format": FORMAT, "mesh": str(Digest.of(files[MESH])), "shards": shards})
    return Release(Digest.of(files[ROOT]), files)


def graph_of(release: Release) -> MeshGraph:
    """Return the mesh of a release, linked as it was when it was cut, every file verified. Raises `Corrupt`."""
    root = release.root
    records = [
        contents_of(_file(release, record_file(address), digest))
        for entry in root.shards
        for address, digest in products_of(_file(release, shard_file(entry.name), entry.digest)).items()
    ]
    mesh = load(Mesh, json.loads(_file(release, MESH, root.mesh)))
    analyses = {table: analysis for record in records for table, analysis in record.analyses}
    return build(replace(mesh, products=tuple(r.product for r in records)), analyses)


def _file(release: Release, name: str, digest: Digest) -> bytes:
    if name not in release.files:
        raise Corrupt(f"release {release.digest.short} has lost its file `{name}`")
    return fitting(release.files[name], digest, release.digest, name)


def _shards(mesh: Mesh) -> Iterator[tuple[str, list[DataProduct]]]:
    products = sorted(mesh.products, key=lambda p: p.address)
    for domain, group in groupby(products, key=lambda p: p.address.domain):
        members = list(group)
        for start in range(0, len(members), SHARD_SIZE):
            yield shard(domain, start // SHARD_SIZE), members[start : start + SHARD_SIZE]


def _contents(product: DataProduct, analyses: Mapping[TableAddress, Analysis]) -> Contents:
    made = [(address, table, analyses.get(address)) for address, table in product.tables()]
    queries = tuple(query for one in made for query in queries_of(*one, DIALECTS))
    known = tuple((address, analysis) for address, _, analysis in made if analysis is not None)
    return Contents(product, queries, known)
