"""Every product says for which of the organisation's purposes it is made: whose budget it uses, who may ask why.

Only where mesh.yaml lists purposes.
"""

from collections.abc import Iterator

from meshwright.gate.codes import Code
from meshwright.gate.policies.policy import Found, Level, Nothing, Policy, place
from meshwright.graph.graph import MeshGraph
from meshwright.model.product import DataProduct


def check(graph: MeshGraph, product: DataProduct, parameters: Nothing) -> Iterator[Found]:
    """Yield a finding for a product without a purpose."""
    if graph.mesh.purposes and product.purpose is None:
        known = ", ".join(f"`{p.name}`" for p in graph.mesh.purposes)
        message = f"`{product.address}` does not say for which purpose it is made"
        yield Found((product.address,), place(product), message, f"add `purpose`, one of {known}")


POLICY = Policy("purposed", Code.PURPOSELESS, Level.WARNING, check, Nothing)
