"""Compilation: from a mesh's folder to its graph and every diagnostic of all three steps: manifests, SQL, graph.

What did not change is taken from a cache, by content. The cache may be deleted at any time.
"""

import gc
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from meshwright import __version__
from meshwright.actions.cache import Cache, open_cache
from meshwright.actions.elsewhere import Fetched, fetched, is_here
from meshwright.actions.workspace import FETCHED
from meshwright.manifest.codes import Code
from meshwright.manifest.layout import DOMAINS, LOCK_FILE, MESH_FILE
from meshwright.model import codec
from meshwright.model.address import PortAddress, ProductAddress, TableAddress
from meshwright.model.analysis import Analysis
from meshwright.model.contract import Column
from meshwright.model.diagnostic import Diagnostic, errors
from meshwright.model.errors import Refused
from meshwright.model.naming import local_table, sql_name
from meshwright.model.packing import pack, shape, unpack
from meshwright.model.product import DataProduct, OutputPort, OutputTable
from meshwright.sql.version import reader

if TYPE_CHECKING:  # reading manifests and SQL is what a warm cache saves
    from meshwright.graph.graph import MeshGraph
    from meshwright.manifest.load import Loaded

Outputs = Callable[[PortAddress], OutputPort | None]
"""Gives the output port at an address."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A mesh, understood. With errors among the diagnostics, `graph` holds the products that have none."""

    loaded: "Loaded"
    graph: "MeshGraph"
    diagnostics: tuple[Diagnostic, ...]


def compile_mesh(root: Path, cache: Path, released: Fetched | None = None) -> Compiled:
    """Read, understand and link all that the teams have committed below `root`, beside what was `released` elsewhere.

    Without `released`, that is what mesh.lock names. It is not judged again.
    """
    with open_cache(cache) as kept:
        return _compile(root, kept, released or fetched(root))


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
        known = unpack(tuple[Diagnostic, ...], kept.get(key))
        if known is None:
            known = _compile(root, kept, fetched(root)).diagnostics
            if not any(d.code == Code.NOT_FETCHED for d in known):  # what mends that changes no file of the teams
                kept.put(key, pack(tuple[Diagnostic, ...], known))
        return known


def schemas(output: Outputs, product: DataProduct) -> dict[str, tuple[Column, ...]]:
    """Return the declared columns of a product's inputs, by the names that its SQL spells.

    An input from a product that is not there, often for an error of its own, is left out: nothing is known of it.
    """
    found: dict[str, tuple[Column, ...]] = {}
    for port in product.inputs:
        local = sql_name(port.name)
        upstream = None if port.port is None else output(port.port)
        if port.port is None:
            found[local] = port.columns
        elif upstream is not None:
            found.update({local_table(local, name): table.columns for name, table in upstream.named})
    return found


def _compile(root: Path, kept: Cache, released: Fetched | None) -> Compiled:
    from meshwright.graph.build import build
    from meshwright.manifest.load import load

    with _staying():
        loaded = load(root, kept, released.elsewhere if released else None)
    products = loaded.mesh.products
    outputs = {product.port_address(port): port for product in products for port in product.outputs}
    analyst = _Analyst(kept, outputs, loaded.digests)
    here = [p for p in products if p.address.domain in loaded.here]
    analyses = {made[0]: analyst.analysis(product, made) for product in here for made in product.tables()}
    known = released.graph.analyses if released and released.graph else {}
    graph = build(loaded.mesh, {a: analysis for a, analysis in known.items() if a.port in outputs} | analyses)
    gc.unfreeze()
    sql = [d for address in sorted(analyses) for d in analyses[address].diagnostics]
    between = [d for d in graph.diagnostics if is_here(d, loaded.here)]
    return Compiled(loaded, graph, tuple(sorted({*loaded.diagnostics, *sql, *between})))


@contextmanager
def _staying() -> Iterator[None]:
    """Hide what is made from the collector of garbage: it stays, and to look through it again and again takes long."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


class _Analyst:
    """Understands the SQL of a mesh, or remembers having done so."""

    def __init__(
        self, kept: Cache, outputs: Mapping[PortAddress, OutputPort], digests: Mapping[ProductAddress, bytes]
    ) -> None:
        self._kept, self._outputs, self._digests = kept, outputs, digests
        self._reader = f"{reader()} {shape(Analysis)}".encode()
        self._columns: dict[PortAddress, bytes] = {}

    def analysis(self, product: DataProduct, made: tuple[TableAddress, OutputTable]) -> Analysis:
        """Return the analysis of a table."""
        address, table = made
        key = self._key(product, address)
        analysis = unpack(Analysis, self._kept.get(key))
        if analysis is None:
            from meshwright.sql.analyse import analyse

            analysis = analyse(product, table, schemas(self._outputs.get, product))
            self._kept.put(key, pack(Analysis, analysis))
        return analysis

    def _key(self, product: DataProduct, table: TableAddress) -> bytes:
        """Name all that an analysis is made of: the product, the table, the columns that its inputs have now."""
        state = hashlib.sha256(self._reader)
        state.update(self._digests[product.address] + str(table).encode())
        for taken in product.inputs:
            if taken.port is not None:
                state.update(self._columns_of(taken.port))
        return state.digest()

    def _columns_of(self, address: PortAddress) -> bytes:
        if address not in self._columns:
            port = self._outputs.get(address)
            tables = () if port is None else port.named
            plain = [[name, [_CONTENT(c) for c in table.columns]] for name, table in tables]
            self._columns[address] = hashlib.sha256(codec.canonical(plain)).digest()
        return self._columns[address]


_CONTENT = attrgetter(*(f.name for f in fields(Column) if f.compare))
"""All of a column but where it was written, as plain values."""


def _fingerprint(root: Path) -> bytes:
    """Name the state of all files that are read, without reading them, as git does: path, size, time of change."""
    state = hashlib.sha256(f"{__version__} {reader()} {shape(Diagnostic)}".encode())
    with os.scandir(root) as top:
        entries = [entry for entry in top if entry.name in (MESH_FILE, LOCK_FILE, DOMAINS)]
    state.update(f"{(root / FETCHED).is_dir()}\n".encode())
    for file, size, changed in sorted(_states(entries)):
        state.update(f"{file.removeprefix(str(root))}\0{size}\0{changed}\n".encode(errors="surrogateescape"))
    return state.digest()


def _states(entries: Iterable[os.DirEntry[str]]) -> Iterator[tuple[str, int, int]]:
    """Yield the path, the size and the time of change of each file."""
    for entry in entries:
        if entry.is_file():
            stat = entry.stat()
            yield entry.path, stat.st_size, stat.st_mtime_ns
        elif entry.is_dir(follow_symlinks=False):
            with os.scandir(entry.path) as inside:
                yield from _states(inside)
