"""Data flow from sources to those who use them: nothing is made of what was made for one kind of reader only.

A consumer-aligned product is shaped for its readers, and changes with what they want. Who builds on it changes along,
for no reason of their own.
"""

from collections.abc import Iterator

from meshwright.gate.codes import Code
from meshwright.gate.policies.policy import Found, Level, Nothing, Policy, place
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import SourceColumn
from meshwright.model.product import DataProduct, ProductType

_FLOW = list(ProductType)
"""From sources to those who use them."""


def check(graph: MeshGraph, product: DataProduct, parameters: Nothing) -> Iterator[Found]:
    """Yield a finding for each input that is further down the flow than the product itself."""
    for taken in product.inputs:
        source = graph.product(taken.port.product) if taken.port else None
        if source is not None and _FLOW.index(source.type) > _FLOW.index(product.type):
            message = f"`{product.address}` is {product.type}, and reads `{taken.port}`, which is {source.type}"
            hint = f"read what `{source.address}` is made of, or write `type: {source.type}`"
            yield Found((SourceColumn(product.address, taken.name, "*"),), place(product, taken.at), message, hint)


POLICY = Policy("downstream", Code.UPSTREAM, Level.WARNING, check, Nothing)
