"""Compilation: from a mesh's folder to its graph and every diagnostic of all three steps: manifests, SQL, graph.

What did not change is taken from a cache, by content. The cache may be deleted at any time.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from meshwright import __version__
from meshwright.model import codec
from meshwright.model.address import PortAddress
from meshwright.model.analysis import Analysis
from meshwright.model.contract import Column
from meshwright.model.diagnostic import Diagnostic, errors
from meshwright.model.errors import Refused
from meshwright.model.mesh import Mesh
from meshwright.model.naming import sql_name
from meshwright.model.product import DataProduct, OutputPort

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


def compile_mesh(root: Path, cache: Path) -> Compiled:
    """Read, understand and link all that the teams have committed below `root`."""
    from meshwright.graph.build import build
    from meshwright.manifest.load import load

    loaded = load(root)
    outputs = {p.port_address(port): port for p, port in _ports(loaded.mesh)}
    analyses = {p.port_address(port): _analysis(cache, outputs.get, p, port) for p, port in _ports(loaded.mesh)}
    graph = build(loaded.mesh, analyses)
    sql = [d for address in sorted(analyses) for d in analyses[address].diagnostics]
    return Compiled(loaded, graph, tuple(sorted({*loaded.diagnostics, *sql, *graph.diagnostics})))


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
    known = cache / "diagnostics.json"
    fingerprint = _fingerprint(root)
    try:
        kept = json.loads(known.read_bytes())
        if kept["fingerprint"] == fingerprint:
            return codec.load(tuple[Diagnostic, ...], kept["diagnostics"])
    except (OSError, ValueError, KeyError, TypeError):
        pass  # no cache, or one that cannot be read: made again below
    diagnostics = compile_mesh(root, cache).diagnostics
    _keep(known, {"fingerprint": fingerprint, "diagnostics": [codec.dump(d) for d in diagnostics]})
    return diagnostics


def schemas(output: Outputs, product: DataProduct) -> dict[str, tuple[Column, ...]]:
    """Return the declared columns of a product's inputs, by the name that its SQL spells."""
    found: dict[str, tuple[Column, ...]] = {}
    for port in product.inputs:
        upstream = None if port.port is None else output(port.port)
        found[sql_name(port.name)] = port.columns if upstream is None else upstream.columns
    return found


def _ports(mesh: Mesh) -> Iterator[tuple[DataProduct, OutputPort]]:
    return ((product, port) for product in mesh.products for port in product.outputs)


def _analysis(cache: Path, output: Outputs, product: DataProduct, port: OutputPort) -> Analysis:
    known_schemas = schemas(output, product)
    plain = [__version__, codec.dump(product), codec.dump(port), _files(port)]
    plain += [[name, [codec.dump(c) for c in columns]] for name, columns in sorted(known_schemas.items())]
    known = cache / "analyses" / f"{hashlib.sha256(codec.canonical(plain)).hexdigest()}.json"
    address: PortAddress = product.port_address(port)
    try:
        return codec.load(Analysis, json.loads(known.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError):
        pass  # not known yet, or kept by another version
    from meshwright.sql.analyse import analyse

    analysis = analyse(product, port, known_schemas)
    _keep(known, codec.dump(analysis), what=str(address))
    return analysis


def _files(port: OutputPort) -> list[str]:
    """Where diagnostics point: an analysis is not that of another file with the same text."""
    places = [port.at, *(c.at for c in port.contract.columns)]
    return [port.transform.file if port.transform else "", *(str(p) for p in places)]


def _fingerprint(root: Path) -> str:
    """Name the state of all files that are read, without reading them, as git does: path, size, time of change."""
    state = hashlib.sha256(__version__.encode())
    for path in sorted([root / "mesh.yaml", *(root / "domains").rglob("*")]):
        if path.is_file():
            stat = path.stat()
            state.update(f"{path.relative_to(root)}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return state.hexdigest()


def _keep(path: Path, plain: object, *, what: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{hashlib.sha256(what.encode()).hexdigest()[:8]}.tmp")
    temporary.write_bytes(codec.canonical(plain))
    temporary.replace(path)
