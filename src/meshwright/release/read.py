"""Read: one product of a release that lies in a folder, verified on the way from its root.

root → shard → record: each names the next by its digest, so that whoever knows the release's digest reads three small
files, and no byte that was not released. Loads no third party: every task pays for this.
"""

import json
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path

from meshwright.model.address import ProductAddress, product_address
from meshwright.model.errors import Corrupt, NotFound
from meshwright.model.identity import Digest
from meshwright.release.record import Record, contents_of

FORMAT = "meshwright/release/1"
ROOT = "root.json"
MESH = "mesh.json"


@dataclass(frozen=True, slots=True)
class ShardEntry:
    """Where a run of a domain's products is listed, from `first` on."""

    name: str
    first: ProductAddress
    digest: Digest


@dataclass(frozen=True, slots=True)
class Root:
    """What a release is made of: the mesh's own document, and the shards in the order of their products."""

    mesh: Digest
    shards: tuple[ShardEntry, ...]

    def shard(self, name: str) -> ShardEntry | None:
        """Return the shard of that name."""
        return next((s for s in self.shards if s.name == name), None)

    def shard_of(self, product: ProductAddress) -> ShardEntry | None:
        """Return the shard that lists a product, if any does."""
        place = bisect_right(self.shards, product, key=lambda s: s.first)
        found = self.shards[place - 1] if place else None
        return found if found and found.first.domain == product.domain else None


def shard_file(name: str) -> str:
    """Return the name of a shard's file in a release."""
    return f"shards/{name}.json"


def record_file(product: ProductAddress) -> str:
    """Return the name of a product's file in a release."""
    return f"products/{product}.json"


def object_file(digest: Digest) -> str:
    """Return where a file is kept by the digest of its bytes, in a store or in a copy of it."""
    return f"objects/{digest.hex[:2]}/{digest.hex}"


def read_record(folder: Path, release: Digest, product: ProductAddress) -> Record:
    """Return a product of the release in `folder`. Raises `NotFound`, or `Corrupt` naming the file that was changed."""
    entry = read_root(folder, release).shard_of(product)
    digest = None if entry is None else _products(folder, release, entry).get(product)
    if digest is None:
        raise NotFound(f"release {release.short} has no product `{product}`")
    return Record(release, contents_of(verified(folder, release, record_file(product), digest)))


def read_shard(folder: Path, release: Digest, shard: str) -> tuple[ProductAddress, ...]:
    """Return the products that a shard lists, in order. Raises `NotFound` or `Corrupt`."""
    entry = read_root(folder, release).shard(shard)
    if entry is None:
        raise NotFound(f"release {release.short} has no shard `{shard}`")
    return tuple(_products(folder, release, entry))


def read_root(folder: Path, release: Digest) -> Root:
    """Return what the release in `folder` is made of. Raises `NotFound` or `Corrupt`."""
    return root_of(verified(folder, release, ROOT, release), release)


def verified(folder: Path, release: Digest, name: str, digest: Digest) -> bytes:
    """Return the bytes of one file of a release, which are those that its digest names."""
    try:
        content = (folder / name).read_bytes()
    except FileNotFoundError:
        raise NotFound(f"release {release.short} has no file `{name}` in {folder}") from None
    return fitting(content, digest, release, name)


def fitting(content: bytes, digest: Digest, release: Digest, name: str) -> bytes:
    """Return `content` when it is what its digest names. Raises `Corrupt`."""
    if Digest.of(content) != digest:
        hint = "remove this copy of the release: it is fetched again, and verified"
        raise Corrupt(f"`{name}` is not what was released in {release.short}: its bytes were changed", hint=hint)
    return content


def root_of(content: bytes, release: Digest) -> Root:
    """Read a root's bytes. Raises `Corrupt` for a format that this version does not know."""
    plain = json.loads(content)
    if plain.get("format") != FORMAT:
        message = f"release {release.short} has the format `{plain.get('format')}`; this version reads `{FORMAT}`"
        raise Corrupt(message, hint="update meshwright here")
    shards = (ShardEntry(s["name"], product_address(s["first"]), Digest(s["digest"])) for s in plain["shards"])
    return Root(Digest(plain["mesh"]), tuple(shards))


def products_of(content: bytes) -> dict[ProductAddress, Digest]:
    """Read a shard's bytes: its products, in order, and the digests of their records."""
    return {product_address(p): Digest(d) for p, d in json.loads(content)["products"]}


def _products(folder: Path, release: Digest, entry: ShardEntry) -> dict[ProductAddress, Digest]:
    return products_of(verified(folder, release, shard_file(entry.name), entry.digest))
