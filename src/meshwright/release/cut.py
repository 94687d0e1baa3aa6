"""Cut: freeze what the gate allowed.

A release is environment-free: no physical name, connection or value of any environment is in it. The same mesh gives
the same bytes, wherever and whenever it is cut; the digest of its root names it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import groupby

from meshwright.gate.judge import Allowed, Verdict
from meshwright.gate.plan import Plan
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import ProductAddress
from meshwright.model.codec import canonical, dump
from meshwright.model.errors import Refused
from meshwright.model.identity import Digest
from meshwright.model.naming import shard
from meshwright.model.product import DataProduct
from meshwright.model.products import outline_of
from meshwright.model.value import value
from meshwright.release.files import FORMAT, MESH, ROOT, record_file, shard_file
from meshwright.release.frozen import frozen, made_of
from meshwright.release.graph import Listing
from meshwright.release.record import contents_bytes
from meshwright.release.shard import Line, line_bytes
from meshwright.release.spec import spec_of

SHARD_SIZE = 250
"""How many products one DAG file builds at most: Airflow reads a file in one process, in one go."""


@value
class Release:
    """A frozen mesh: the digest is that of the root, which names all other files; `files` are those that are new."""

    digest: Digest
    files: Mapping[str, bytes]


def cut(plan: Plan, verdict: Verdict, base: Listing | None = None) -> Release:
    """Freeze what a plan proposes, beside the `base` that it changes.

    Raises `Refused` when the verdict is any other than `Allowed`.
    """
    if not isinstance(verdict, Allowed):
        raise Refused("the gate did not allow this plan", hint="`mesh plan` shows what is missing")
    return freeze(plan.proposed, base)


def freeze(graph: MeshGraph, base: Listing | None = None) -> Release:
    """Return the release of a mesh. What is made of the same as in `base` is not made again, and is not new."""
    files: dict[str, bytes] = {MESH: canonical(dump(replace(graph.mesh, products=(), environments=())))}
    shards = []
    for name, addresses in _shards(graph):
        content = b"".join(_line(graph, address, base, files) for address in addresses)
        digest = Digest.of(content)
        if base is None or digest not in base.shards:
            files[shard_file(name)] = content
        shards.append({"name": name, "first": str(addresses[0]), "digest": str(digest)})
    files[ROOT] = canonical({"format": FORMAT, "mesh": str(Digest.of(files[MESH])), "shards": shards})
    return Release(Digest.of(files[ROOT]), files)


def _line(graph: MeshGraph, address: ProductAddress, base: Listing | None, files: dict[str, bytes]) -> bytes:
    """Return the line of a product, and add its record to what is new, unless `base` has both."""
    known = base.heads.get(address) if base else None
    digest = graph.digests.get(address)
    if known is not None and known.made_of == digest:
        return known.line
    product = graph.product(address)
    assert product is not None  # noqa: S101  # a graph has what is in its order
    files[record_file(address)] = record = contents_bytes(frozen(graph, product))
    return _described(product, Digest.of(record), digest or made_of(graph, product).hex)


def _described(product: DataProduct, record: Digest, digest: str) -> bytes:
    outline = outline_of(product).plain
    return line_bytes(Line(str(product.address), str(record), digest, outline, spec_of(product)))


def _shards(graph: MeshGraph) -> Iterator[tuple[str, list[ProductAddress]]]:
    for domain, group in groupby(graph.addresses, key=lambda address: address.domain):
        members = list(group)
        for start in range(0, len(members), SHARD_SIZE):
            yield shard(domain, start // SHARD_SIZE), members[start : start + SHARD_SIZE]
