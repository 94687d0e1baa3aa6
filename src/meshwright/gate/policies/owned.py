"""Every product has a product owner whom the mesh knows: breaks, breaches and questions need somebody to go to."""

from collections.abc import Iterator

from meshwright.gate.codes import Code
from meshwright.graph.graph import MeshGraph
from meshwright.model.diagnostic import Diagnostic, Location, Severity
from meshwright.model.product import DataProduct


def check(graph: MeshGraph, product: DataProduct, severity: Severity) -> Iterator[Diagnostic]:
    """Yield a finding for a product without an owner, or with one who is not among the mesh's people."""
    at = Location(product.file)
    if product.owner is None:
        hint = "add `team: {members: [{username: …, role: productOwner}]}` to the product or its domain"
        yield Diagnostic(at, Code.OWNERLESS, severity, f"`{product.address}` has no product owner", hint)
    elif graph.mesh.person(product.owner) is None:
        message = f"`{product.owner}`, the product owner of `{product.address}`, is not among the mesh's people"
        hint = f"add `{product.owner}` to `people` in {graph.mesh.file}"
        yield Diagnostic(at, Code.OWNERLESS, severity, message, hint)
