"""Whatever other products read promises how old it may be, or by when it is there: they cannot promise more."""

from collections.abc import Iterator

from meshwright.gate.codes import Code
from meshwright.gate.policies.policy import Found, Level, Nothing, Policy, place
from meshwright.graph.graph import MeshGraph
from meshwright.model.product import DataProduct
from meshwright.model.slo import Freshness, LandingBy


def check(graph: MeshGraph, product: DataProduct, parameters: Nothing) -> Iterator[Found]:
    """Yield a finding for each port that is read and promises neither freshness nor landing."""
    for port in product.outputs:
        address = product.port_address(port)
        readers = graph.consumers_of_port(address)
        if readers and not any(isinstance(slo, Freshness | LandingBy) for slo in port.slos):
            message = (
                f"`{address}`, which `{readers[0]}`{_others(len(readers) - 1)}, does not promise how old it may be"
            )
            hint = "add `slo: {freshness: {maxAge: 2h, objective: 99%}}` to the port, its domain or the mesh"
            yield Found((address,), place(product, port.at), message, hint)


def _others(count: int) -> str:
    return f" and {count} more read" if count else " reads"


POLICY = Policy("promised", Code.UNPROMISED, Level.WARNING, check, Nothing)
