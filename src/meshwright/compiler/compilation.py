"""Compilation: from a mesh's folder to its graph and every diagnostic of all three steps: manifests, SQL, graph.

What did not change is taken from a cache, by content. The cache may be deleted at any time.
"""

import gc
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from meshwright import __version__
from meshwright.compiler.analyses import Analyst
from meshwright.compiler.cache import Cache, open_cache
from meshwright.compiler.released import Released, is_here, locked
from meshwright.manifest.codes import Code
from meshwright.manifest.state import state_of
from meshwright.model.address import ProductAddress
from meshwright.model.analyses import Analyses, Known
from meshwright.model.diagnostic import Diagnostic, errors
from meshwright.model.errors import NotFound, Refused
from meshwright.model.naming import DOMAINS, FETCHED, LOCK_FILE, MESH_FILE, product_home
from meshwright.model.packing import pack, shape, unpack
from meshwright.model.products import Products
from meshwright.model.spelling import did_you_mean
from meshwright.model.value import value
from meshwright.sql.version import reader

if TYPE_CHECKING:  # reading manifests and SQL is what a warm cache saves
    from meshwright.graph.graph import MeshGraph
    from meshwright.manifest.load import Loaded
    from meshwright.model.mesh import Mesh


@value
class Compiled:
    """A mesh, understood. With errors among the diagnostics, `graph` holds the products that have none.

    `states` name all that each product here, and the analyses of its tables, were made of.
    """

    loaded: "Loaded"
    graph: "MeshGraph"
    diagnostics: tuple[Diagnostic, ...]
    states: Mapping[ProductAddress, str]

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
        return compile_with(kept, root, released or locked(root))


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
            compiled = compile_with(kept, root, locked(root))
            known = compiled.diagnostics
            # What mends a release that is not fetched, or a policy that a package brings, changes no file of the teams.
            if key is not None and not any(d.code == Code.NOT_FETCHED for d in known) and not _leans(compiled):
                kept.put(key, pack(tuple[Diagnostic, ...], known))
        return known


def compile_with(kept: Cache, root: Path, released: Released | None) -> Compiled:
    """Compile as `compile_mesh` does, with a cache that is open already."""
    from meshwright.graph.build import build
    from meshwright.manifest.load import load

    with _staying():
        loaded = load(root, kept, released.elsewhere if released else None)
        products = Products.of(loaded.mesh.products)
        analyst = Analyst(root, products, loaded.digests, kept)
        sql = analyst.wrong()
        graph = build(loaded.mesh, Analyses(products.outlines, partial(_analyses, analyst, released)))
    between = [d for d in (*graph.diagnostics, *_decided(loaded.mesh)) if is_here(d, loaded.here)]
    return Compiled(loaded, graph, tuple(sorted({*loaded.diagnostics, *sql, *between})), analyst.states)


def _analyses(analyst: Analyst, released: Released | None, product: ProductAddress) -> Known:
    """Return the analyses of a product's tables: as they are here, else as they were released."""
    if product in analyst.states:
        return analyst.analyses(product)
    return dict(released.graph.analyses_of(product)) if released and released.graph else {}


def _leans(compiled: Compiled) -> bool:
    """Tell whether a package that is installed has a say in what is right."""
    decisions = compiled.loaded.mesh.decisions
    if not decisions:
        return False
    from meshwright.gate.policies.registry import POLICIES

    return any(decision.policy not in POLICIES for decision in decisions)


def _decided(mesh: "Mesh") -> Iterator[Diagnostic]:
    """Yield what cannot be meant of what is decided of policies, where anything is."""
    if mesh.decisions or mesh.all_waivers:
        from meshwright.gate.policies.rulings import decision_mistakes

        yield from decision_mistakes(mesh)


@contextmanager
def _staying() -> Iterator[None]:
    """Hide what is made from the collector of garbage: it stays, and to look through it again and again takes long."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.unfreeze()  # it is old now, and looked through seldom
        gc.enable()


def _fingerprint(root: Path) -> bytes | None:
    """Name the state of all files that are read, without reading them; None where that cannot be."""
    with os.scandir(root) as top:
        state = state_of(entry for entry in top if entry.name in (MESH_FILE, LOCK_FILE, DOMAINS))
    if state is None:
        return None
    text = f"{__version__} {reader()} {shape(Diagnostic)} {(root / FETCHED).is_dir()}\n{state}"
    return sha256(text.encode(errors="surrogateescape")).digest()
