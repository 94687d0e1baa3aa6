"""Every product says where to ask: who finds something odd in it must not look for people first."""

from collections.abc import Iterator

from meshwright.gate.codes import Code
from meshwright.gate.policies.policy import Found, Level, Nothing, Policy, place
from meshwright.graph.graph import MeshGraph
from meshwright.model.product import DataProduct


def check(graph: MeshGraph, product: DataProduct, parameters: Nothing) -> Iterator[Found]:
    """Yield a finding for a product without a support channel."""
    if not product.support:
        message = f"`{product.address}` does not say where to ask about it"
        hint = 'add `support: [{channel: "#…", tool: slack}]` to the product or its domain'
        yield Found((product.address,), place(product), message, hint)


POLICY = Policy("supported", Code.UNSUPPORTED, Level.WARNING, check, Nothing)
