"""Rebase: the same changes, made to a mesh that others have changed in the meantime.

Product by product, domain by domain, key by key of mesh.yaml: what the proposal changed is as it proposes, all else as
it is now. Where both have changed the same, the plan of it has another digest: nothing is ever merged within a part.
"""

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import TypeVar

from meshwright.gate.changes.compare import differing
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import ProductAddress
from meshwright.model.mesh import Mesh
from meshwright.model.products import Products
from meshwright.model.value import value

_Part = TypeVar("_Part")
_BY_NAME = ("products", "domains", "written")


@value
class Rebased:
    """A mesh with the changes of a proposal, and the products that are as it proposes: those to understand anew."""

    mesh: Mesh
    products: tuple[ProductAddress, ...]


def rebase(before: MeshGraph, proposed: MeshGraph, now: MeshGraph) -> Rebased:
    """Return the mesh of `now`, with what leads from `before` to `proposed`."""
    old, new = before.mesh, proposed.mesh
    changed = {a for a in differing(before, proposed) if before.product(a) != proposed.product(a)}
    kept = Products.of(now.mesh.products).only(a for a in now.addresses if a not in changed)
    mesh = replace(
        now.mesh,
        products=Products.of(new.products).only(changed).beside(kept),
        domains=_merged(*({d.name: d for d in mesh.domains} for mesh in (old, new, now.mesh))),
        written=_merged(*({key: (key, value) for key, value in mesh.written} for mesh in (old, new, now.mesh))),
    )
    for field in fields(Mesh):
        said = getattr(new, field.name)
        if field.compare and field.name not in _BY_NAME and said != getattr(old, field.name):
            mesh = replace(mesh, **{field.name: said})
    return Rebased(mesh, tuple(a for a in proposed.addresses if a in changed))


def _merged(before: Mapping[str, _Part], proposed: Mapping[str, _Part], now: Mapping[str, _Part]) -> tuple[_Part, ...]:
    changed = {key for key in before.keys() | proposed.keys() if before.get(key) != proposed.get(key)}
    kept = {key: part for key, part in now.items() if key not in changed}
    made = kept | {key: part for key, part in proposed.items() if key in changed}
    return tuple(made[key] for key in sorted(made))
