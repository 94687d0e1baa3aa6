"""Comparable: a mesh's files as a graph that is held against another one without looking at each product.

What a product's record would be made of has a digest. It is worked out where a product, or what its inputs offer, is
new, and remembered.
"""

from dataclasses import replace
from pathlib import Path

from meshwright.compiler.cache import Cache, open_cache
from meshwright.compiler.compilation import Compiled, compile_with
from meshwright.compiler.released import Released, locked
from meshwright.manifest.remembered import Remembered
from meshwright.model.address import ProductAddress
from meshwright.release.frozen import made_of
from meshwright.sql.version import reader


def comparable(root: Path, cache: Path, released: Released | None = None) -> Compiled:
    """Compile as `compile_mesh` does; the graph knows by its digests what each product is made of."""
    with open_cache(cache) as kept:
        compiled = compile_with(kept, root, released or locked(root))
        here = _digests(kept, root, compiled)
    graph = compiled.graph
    elsewhere = released.graph.digests if released and released.graph else {}
    digests = {a: digest for a, digest in elsewhere.items() if a not in here and a in graph} | here
    return replace(compiled, graph=replace(graph, digests=digests))


def _digests(kept: Cache, root: Path, compiled: Compiled) -> dict[ProductAddress, str]:
    known = Remembered(kept, f"made of {reader()} {root}")
    found: dict[ProductAddress, str] = {}
    for address, state in compiled.states.items():
        told = known.get(address, state)
        if told is None:
            product = compiled.graph.product(address)
            assert product is not None  # noqa: S101  # it has been read here
            told = made_of(compiled.graph, product).hex
            known.put(address, state, told)
        found[address] = told
    known.save()
    return found
