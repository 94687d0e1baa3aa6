"""Compilation: from a mesh's folder to its graph and every diagnostic of all three steps: manifests, SQL, graph.

What did not change is taken from a cache, by content. The cache may be deleted at any time.
"""

import gc
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from meshwright import __version__
from meshwright.actions.analyses import Analyst
from meshwright.actions.cache import Cache, open_cache
from meshwright.actions.released import Released, is_here, locked
from meshwright.manifest.codes import Code
from meshwright.model.address import ProductAddress
from meshwright.model.diagnostic import Diagnostic, errors
from meshwright.model.errors import NotFound, Refused
from meshwright.model.naming import DOMAINS, FETCHED, LOCK_FILE, MESH_FILE, product_home
from meshwright.model.packing import pack, shape, unpack
from meshwright.model.spelling import did_you_mean
from meshwright.sql.version import reader

if TYPE_CHECKING:  # reading manifests and SQL is what a warm cache saves
    from meshwright.graph.graph import MeshGraph
    from meshwright.manifest.load import Loaded
    from meshwright.model.mesh import Mesh


@dataclass(frozen=True, slots=True)
class Compiled:
    """A mesh, understood. With errors among the diagnostics, `graph` holds the products that have none."""

    loaded: "Loaded"
    graph: "MeshGraph"
    diagnostics: tuple[Diagnostic, ...]

    def missing(self, product: ProductAddress) -> NotFound | Refused:
        """Return why a product is not in the graph: it has an error, or there is none of that name."""
        folder = f"{product_home(product)}/"
        own = next((d for d in errors(self.diagnostics) if d.at.file.startswith(folder)), None)
        if own is not None:
            return Refused(f"`{product}` has an error at {own.at}: {own.message}", hint="run `mesh validate`")
        hint = did_you_mean(str(product), map(str, self.graph.order), otherwise="`mesh list` shows all products")
        return NotFound(f"there is no product `{product}`", hint=hint)


def read_mesh(root: Path, cache: Path, *, traced: ProductAddress | None = None) -> "Loaded":
    """Read what the manifests at `root` say, beside what mesh.lock names; no SQL is looked at.

    Only of the `traced` product the origins of its values are told.
    """
    from meshwright.manifest.load import load

    released = locked(root)
    with open_cache(cache) as kept, _staying():
        return load(root, kept, released.elsewhere if released else None, traced=traced)


def compile_mesh(root: Path, cache: Path, released: Released | None = None) -> Compiled:
    """Read, understand and link all that the teams have committed below `root`, beside what was `released` elsewhere.

    Without `released`, that is what mesh.lock names. It is not judged again.
    """
    with open_cache(cache) as kept:
        return _compile(root, kept, released or locked(root))


def compile_sound(root: Path, cache: Path) -> "MeshGraph":
    """Return the graph of a mesh without errors. Raises `Refused` when there is one."""
    compiled = compile_mesh(root, cache)
    found = errors(compiled.diagnostics)
    if found:
        first = found[0]
        raise Refused(
            f"the mesh has {len(found)} error{'s' if len(found) > 1 else ''}, the first at {first.at}: {first.message}",
            hint="run `mesh validate` to see all of them",
        )
    return compiled.graph


def diagnose(root: Path, cache: Path) -> tuple[Diagnostic, ...]:
    """Return every diagnostic of the mesh; when no file has changed since the last time, without reading one."""
    with open_cache(cache) as kept:
        key = _fingerprint(root)
        known = None if key is None else unpack(tuple[Diagnostic, ...], kept.get(key))
        if known is None:
            compiled = _compile(root, kept, locked(root))
            known = compiled.diagnostics
            # What mends a release that is not fetched, or a policy that a package brings, changes no file of the teams.
            if key is not None and not any(d.code == Code.NOT_FETCHED for d in known) and not _leans(compiled):
                kept.put(key, pack(tuple[Diagnostic, ...], known))
        return known


def _compile(root: Path, kept: Cache, released: Released | None) -> Compiled:
    from meshwright.graph.build import build
    from meshwright.manifest.load import load

    with _staying():
        loaded = load(root, kept, released.elsewhere if released else None)
    products = loaded.mesh.products
    outputs = {product.port_address(port): port for product in products for port in product.outputs}
    known = released.graph.analyses if released and released.graph else {}
    analyses, sql = Analyst(outputs, loaded.digests, kept).understand(
        products=(p for p in products if p.address.domain in loaded.here),
        released={table: analysis for table, analysis in known.items() if table.port in outputs},
    )
    graph = build(loaded.mesh, analyses)
    gc.unfreeze()
    between = [d for d in (*graph.diagnostics, *_decided(loaded.mesh)) if is_here(d, loaded.here)]
    return Compiled(loaded, graph, tuple(sorted({*loaded.diagnostics, *sql, *between})))


def _leans(compiled: Compiled) -> bool:
    """Tell whether a package that is installed has a say in what is right."""
    decisions = compiled.loaded.mesh.decisions
    if not decisions:
        return False
    from meshwright.gate.policies.registry import POLICIES

    return any(decision.policy not in POLICIES for decision in decisions)


def _decided(mesh: "Mesh") -> Iterator[Diagnostic]:
    """Yield what cannot be meant of what is decided of policies, where anything is."""
    if mesh.decisions:
        from meshwright.gate.rulings import decision_mistakes

        yield from decision_mistakes(mesh)


@contextmanager
def _staying() -> Iterator[None]:
    """Hide what is made from the collector of garbage: it stays, and to look through it again and again takes long."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _fingerprint(root: Path) -> bytes | None:
    """Name the state of all files that are read, without reading them, as git does; None where that cannot be.

    With the moment at which the system saw the change: what unpacks, copies or checks out sets the other as it likes.
    """
    state = hashlib.sha256(f"{__version__} {reader()} {shape(Diagnostic)}".encode())
    with os.scandir(root) as top:
        entries = [entry for entry in top if entry.name in (MESH_FILE, LOCK_FILE, DOMAINS)]
    state.update(f"{(root / FETCHED).is_dir()}\n".encode())
    try:
        states = sorted(_states(entries))
    except (_LinkError, OSError):  # what may not be read, or links to itself: reading says so
        return None
    for file, *numbers in states:
        state.update(f"{file.removeprefix(str(root))}\0{numbers}\n".encode(errors="surrogateescape"))
    return state.digest()


class _LinkError(Exception):
    """A link leads to a folder, which may be anywhere and of any size."""


def _states(entries: Iterable[os.DirEntry[str]]) -> Iterator[tuple[str, int, int, int, int]]:
    """Yield the path, the size, the times of change and the number of each file; of all else, the path."""
    for entry in entries:
        if entry.is_file():
            stat = entry.stat()
            yield entry.path, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino
        elif entry.is_dir(follow_symlinks=False):
            yield entry.path, 0, 0, 0, 0
            with os.scandir(entry.path) as inside:
                yield from _states(inside)
        elif entry.is_dir():
            raise _LinkError
        else:
            yield entry.path, 0, 0, 0, 0
