"""Every port shows a query that works: who finds a product copies that before they read a column's description."""

from collections.abc import Iterator

from meshwright.gate.codes import Code
from meshwright.gate.policies.parameters import at_least
from meshwright.gate.policies.policy import Found, Level, Policy, place
from meshwright.graph.graph import MeshGraph
from meshwright.model.product import DataProduct
from meshwright.model.value import value


@value
class Parameters:
    """How much is shown."""

    samples: int = at_least(1, "a port has this many samples")


def check(graph: MeshGraph, product: DataProduct, parameters: Parameters) -> Iterator[Found]:
    """Yield a finding for each port with fewer samples."""
    for port in product.outputs:
        count = len(port.samples)
        if count < parameters.samples:
            address = product.port_address(port)
            shows = f"{count} of {parameters.samples} samples" if count else "no sample"
            message = f"`{address}` shows {shows} of how it is asked"
            yield Found((address,), place(product, port.at), message, "add `samples: [{title: …, sql: …}]`")


POLICY = Policy("sampled", Code.UNSAMPLED, Level.IGNORE, check, Parameters)
