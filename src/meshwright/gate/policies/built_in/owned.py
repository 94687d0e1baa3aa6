"""Every product has a product owner whom the mesh knows: breaks, breaches and questions need somebody to go to."""

from collections.abc import Iterator

from meshwright.gate.codes import Code
from meshwright.gate.policies.policy import Found, Level, Nothing, Policy, place
from meshwright.graph.graph import MeshGraph
from meshwright.model.product import DataProduct


def check(graph: MeshGraph, product: DataProduct, parameters: Nothing) -> Iterator[Found]:
    """Yield a finding for a product without an owner, or with one who is not among the mesh's people."""
    about, at = (product.address,), place(product)
    if product.owner is None:
        hint = "add `team: {members: [{username: …, role: productOwner}]}` to the product or its domain"
        yield Found(about, at, f"`{product.address}` has no product owner", hint)
    elif graph.mesh.person(product.owner) is None:
        message = f"`{product.owner}`, the product owner of `{product.address}`, is not among the mesh's people"
        hint = f"add `{product.owner}` to `people` in {graph.mesh.file}"
        yield Found(about, at, message, hint)


POLICY = Policy("owned", Code.OWNERLESS, Level.ERROR, check, Nothing)
