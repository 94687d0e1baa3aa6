"""Registry: the policies in force, and what they say of the products that a proposal touches."""

from collections.abc import Callable, Iterable, Iterator

from meshwright.gate.policies import classified, documented, feasible, owned
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import ProductAddress
from meshwright.model.diagnostic import Diagnostic
from meshwright.model.product import DataProduct

Policy = Callable[[MeshGraph, DataProduct], Iterator[Diagnostic]]
"""Looks at one product in its mesh, and yields what it finds."""

POLICIES: tuple[Policy, ...] = (owned.check, documented.check, classified.check, feasible.check)


def policy_findings(graph: MeshGraph, products: Iterable[ProductAddress]) -> Iterator[Diagnostic]:
    """Yield what all policies find in these products; what a proposal leaves alone is not looked at."""
    for address in products:
        product = graph.product(address)
        if product is not None:
            for policy in POLICIES:
                yield from policy(graph, product)
