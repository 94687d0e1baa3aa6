"""Read: what a release is made of, and one product of one that lies in a folder, verified on the way from its root.

Whoever knows the release's digest reads three small files, and no byte that was not released. Loads no third party.
"""

from pathlib import Path

from meshwright.model.address import ProductAddress, product_address
from meshwright.model.identity import Digest
from meshwright.model.value import value
from meshwright.release import shard
from meshwright.release.files import MESH, record_file, shard_file, verified
from meshwright.release.record import Record, contents_of


@value
class ShardEntry:
    """Where a run of a domain's products is listed, from `first` on."""

    name: str
    first: ProductAddress
    digest: Digest


@value
class Part:
    """One file of a release: its name, and the digest of its bytes."""

    name: str
    digest: Digest


@value
class Root:
    """What a release is made of: the mesh's own document, and the shards in the order of their products."""

    mesh: Digest
    shards: tuple[ShardEntry, ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        """The files that it names: the mesh's own document, then the shards."""
        return (Part(MESH, self.mesh), *(Part(shard_file(entry.name), entry.digest) for entry in self.shards))


def read_record(folder: Path, release: Digest, product: ProductAddress) -> Record:
    """Return a product of the release in `folder`. Raises `NotFound`, or `Corrupt` naming the file that was changed."""
    line = shard.read_line(folder, str(release), str(product))
    return Record(release, contents_of(verified(folder, release, record_file(product), line.record)))


def root_of(content: bytes, release: Digest) -> Root:
    """Read a root's bytes. Raises `Corrupt` for a format that this version does not know."""
    plain = shard.root_of(content, str(release))
    shards = (ShardEntry(s["name"], product_address(s["first"]), Digest(s["digest"])) for s in plain["shards"])
    return Root(Digest(plain["mesh"]), tuple(shards))


def records_in(content: bytes) -> tuple[Part, ...]:
    """Read a shard's bytes: the files of its products, in order."""
    return tuple(Part(record_file(head.product), Digest(head.record)) for head in shard.heads_of(content))
