"""A source-aligned product is made of its own domain's sources: what another domain knows, that one offers itself."""

from collections.abc import Iterator

from meshwright.gate.codes import Code
from meshwright.gate.policies.policy import Found, Level, Nothing, Policy, place
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import SourceColumn
from meshwright.model.product import DataProduct, ProductType


def check(graph: MeshGraph, product: DataProduct, parameters: Nothing) -> Iterator[Found]:
    """Yield a finding for each input of a source-aligned product that is of another domain."""
    if product.type is not ProductType.SOURCE_ALIGNED:
        return
    for taken in product.inputs:
        if taken.port is not None and taken.port.product.domain != product.address.domain:
            message = f"`{product.address}` is source-aligned, and reads `{taken.port}` of another domain"
            hint = "write `type: aggregate`, or take what it reads from a source"
            yield Found((SourceColumn(product.address, taken.name, "*"),), place(product, taken.at), message, hint)


POLICY = Policy("sourced", Code.FOREIGN_SOURCE, Level.WARNING, check, Nothing)
