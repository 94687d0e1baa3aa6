"""Files: the names of a release's files, and their bytes, which are those that were released.

Each file names the next by the digest of its bytes: root → shard → record. Names and digests may be text here: the
worker of a task loads this and nothing of the model (docs/decisions/0046).
"""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from meshwright.model.errors import Corrupt, NotFound

if TYPE_CHECKING:
    from meshwright.model.address import ProductAddress
    from meshwright.model.identity import Digest

FORMAT = "meshwright/release/4"
ROOT = "root.json"
MESH = "mesh.json"


def shard_file(name: str) -> str:
    """Return the name of a shard's file in a release."""
    return f"shards/{name}.jsonl"


def record_file(product: "ProductAddress | str") -> str:
    """Return the name of a product's file in a release."""
    return f"products/{product}.json"


def object_file(digest: "Digest | str") -> str:
    """Return where a file is kept by the digest of its bytes, in a store or in a copy of it."""
    return f"objects/{str(digest)[:2]}/{digest}"


def verified(folder: Path, release: "Digest | str", name: str, digest: "Digest | str") -> bytes:
    """Return the bytes of a file of a release, which are what its digest names. Raises `NotFound` or `Corrupt`."""
    try:
        content = (folder / name).read_bytes()
    except FileNotFoundError:
        raise NotFound(f"release {_short(release)} has no file `{name}` in {folder}") from None
    return fitting(content, digest, release, name)


def fitting(content: bytes, digest: "Digest | str", release: "Digest | str", name: str) -> bytes:
    """Return `content` when it is what its digest names. Raises `Corrupt`."""
    if hashlib.sha256(content).hexdigest() != str(digest):
        hint = "remove this copy of the release: it is fetched again, and verified"
        raise Corrupt(f"`{name}` is not what was released in {_short(release)}: its bytes were changed", hint=hint)
    return content


def _short(release: "Digest | str") -> str:
    return str(release)[:12]
