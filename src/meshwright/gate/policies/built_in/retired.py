"""A port that goes is served long enough, and says what to read instead: its consumers need time, and a way.

The time is counted from the plan that announces it, or brings it forward, to the day on which the port goes.
"""

from collections.abc import Iterator
from datetime import timedelta

from meshwright.gate.codes import Code
from meshwright.gate.policies.parameters import at_least
from meshwright.gate.policies.policy import Found, Level, Policy, place
from meshwright.graph.graph import MeshGraph
from meshwright.model.product import DataProduct
from meshwright.model.value import value


@value
class Parameters:
    """How long it is served."""

    time: timedelta = at_least(timedelta(days=90), "so long a port is served after its end was announced")


def check(graph: MeshGraph, product: DataProduct, parameters: Parameters) -> Iterator[Found]:  # a policy's signature
    """Yield a finding for each port that goes and leaves nothing to read instead."""
    for port in product.outputs:
        if port.deprecated is not None and port.deprecated.use is None:
            address = product.port_address(port)
            message = f"`{address}` goes on {port.deprecated.day}, and nothing says what to read instead"
            yield Found((address,), place(product, port.at), message, "add `use: port@major` to `deprecated`")


POLICY = Policy("retired", Code.RETIRED, Level.WARNING, check, Parameters)
