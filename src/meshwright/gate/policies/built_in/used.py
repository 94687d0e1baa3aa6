"""What is made is read: by another product, or, where it is made for people (`consumerAligned`), by them.

`mesh list --orphans` finds all that nobody uses in a mesh.
"""

from collections.abc import Iterator

from meshwright.gate.codes import Code
from meshwright.gate.policies.policy import Found, Level, Nothing, Policy, place
from meshwright.graph.graph import MeshGraph
from meshwright.model.product import DataProduct, ProductType


def check(graph: MeshGraph, product: DataProduct, parameters: Nothing) -> Iterator[Found]:
    """Yield a finding for a product that is not made for people and that no product reads."""
    if product.type is not ProductType.CONSUMER_ALIGNED and not graph.consumers(product.address):
        message = f"no product reads `{product.address}`, and it is {product.type}, so not made for people"
        hint = "write `type: consumerAligned` if people read it; else do without it"
        yield Found((product.address,), place(product), message, hint)


POLICY = Policy("used", Code.UNUSED, Level.IGNORE, check, Nothing)
