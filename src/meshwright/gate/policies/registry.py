"""Registry: the policies, and what they say of the products that a proposal touches."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from meshwright.gate.policies import classified, documented, feasible, owned
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import ProductAddress
from meshwright.model.diagnostic import Diagnostic, Severity
from meshwright.model.mesh import Mesh
from meshwright.model.policy import PolicyName, stricter
from meshwright.model.product import DataProduct

Policy = Callable[[MeshGraph, DataProduct, Severity], Iterator[Diagnostic]]
"""Looks at one product in its mesh, and yields what it finds, as severe as it is told."""

POLICIES: Mapping[PolicyName, Policy] = {
    PolicyName.OWNED: owned.check,
    PolicyName.DOCUMENTED: documented.check,
    PolicyName.CLASSIFIED: classified.check,
    PolicyName.FEASIBLE: feasible.check,
}


def policy_findings(current: Mesh, graph: MeshGraph, products: Iterable[ProductAddress]) -> Iterator[Diagnostic]:
    """Yield what all policies find in these products; what a proposal leaves alone is not looked at.

    A proposal cannot make the policies that judge it laxer than they are in `current`; stricter it can.
    """
    in_force: dict[str, list[tuple[Policy, Severity]]] = {}
    for address in products:
        product = graph.product(address)
        if product is not None:
            if address.domain not in in_force:
                in_force[address.domain] = list(_in_force((current, graph.mesh), address.domain))
            for policy, severity in in_force[address.domain]:
                yield from policy(graph, product, severity)


def _in_force(meshes: tuple[Mesh, Mesh], domain: str) -> Iterator[tuple[Policy, Severity]]:
    for name, policy in POLICIES.items():
        yield policy, stricter(*(mesh.severity(name, domain) for mesh in meshes))
