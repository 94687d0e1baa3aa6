"""Promises: what does every port of a mesh promise, and how is each promise kept?"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from meshwright.graph.graph import MeshGraph
from meshwright.model.address import PortAddress
from meshwright.model.observation import PortHistory
from meshwright.model.slo import Slo, SloStatus
from meshwright.slo.evaluate import evaluate

Promises = Mapping[PortAddress, tuple[Slo, ...]]
"""The SLOs of every port; a port without one promises nothing."""


def promised(graph: MeshGraph) -> Promises:
    """Return what every port of a mesh promises."""
    return {product.port_address(port): port.slos for product in graph.mesh.products for port in product.outputs}


def evaluated(promises: Promises, histories: Mapping[PortAddress, PortHistory], now: datetime) -> Iterator[SloStatus]:
    """Yield how each promise is kept; a port that was never deployed has promised nothing yet."""
    for port, slos in promises.items():
        history = histories.get(port)
        if history is not None:
            yield from (evaluate(slo, history, now) for slo in slos)
