"""Contents: what exactly is a plan about? What is approved can be exchanged for nothing else.

Named are the whole contents of every product that changes, and of every part of the organisation that does, on both
sides. What others change elsewhere in the meantime is no part of it: it takes nobody's approval away. Who may approve,
with which key, and under which policies, is no part of it either: that is looked up whenever the plan is judged.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from meshwright.graph.graph import MeshGraph
from meshwright.model.address import ProductAddress
from meshwright.model.codec import canonical, dump
from meshwright.model.identity import Digest
from meshwright.model.mesh import Mesh
from meshwright.model.value import value

_FORMAT = "meshwright/plan/2"


@value
class Contents:
    """The parts of a mesh that a plan changes, and the digest of what they were and will be."""

    parts: tuple[str, ...]
    digest: Digest


def contents(touched: Iterable[ProductAddress], before: MeshGraph | None, after: MeshGraph) -> Contents:
    """Name what leads from one mesh (None: there is none yet) to another, of which these products are `touched`."""
    products = [[str(p), _digest(before, p), _digest(after, p)] for p in touched]
    old, new = _organisation(before.mesh if before else None), _organisation(after.mesh)
    changed = sorted(part for part in old.keys() | new.keys() if old.get(part) != new.get(part))
    organisation = [[part, old.get(part), new.get(part)] for part in changed]
    named = Digest.of(canonical({"format": _FORMAT, "products": products, "organisation": organisation}))
    return Contents((*(str(product) for product, _, _ in products), *changed), named)


def _digest(graph: MeshGraph | None, address: ProductAddress) -> str | None:
    product = graph.product(address) if graph else None
    return None if product is None else str(Digest.of(canonical(dump(product))))


def _organisation(mesh: Mesh | None) -> dict[str, Any]:
    """Return what belongs to no product, part by part: each domain, each list and each key of mesh.yaml."""
    if mesh is None:
        return {}
    listed = dump(replace(mesh, products=(), environments=(), domains=(), written=()))
    return {
        **{f"mesh {key}": value for key, value in listed.items()},
        **{f"mesh.yaml {key}": value for key, value in mesh.written},
        **{f"domain {domain.name}": dump(domain) for domain in mesh.domains},
    }
