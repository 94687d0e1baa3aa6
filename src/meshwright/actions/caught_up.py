"""Caught up: end the time that newly deployed ports are given to catch up, because the mesh has.

A port has one `maxAge` from its deployment before its freshness counts. An environment that starts with the intervals
of some hours, as on a laptop, has built them all within minutes; what is stale then is late.
"""

from datetime import datetime, timedelta

from meshwright.model.slo import Freshness
from meshwright.workspace.deployed import deployed
from meshwright.workspace.workspace import Workspace

_OVER = timedelta(seconds=1)


def caught_up(workspace: Workspace, now: datetime) -> None:
    """Let every freshness promise of what runs here count from now on."""
    products = deployed(workspace).graph.mesh.products
    ages = (
        (product.port_address(port), slo.max_age)
        for product in products
        for port in product.outputs
        for slo in port.slos
        if isinstance(slo, Freshness)
    )
    workspace.observations().move_activations({port: now - max_age - _OVER for port, max_age in ages})
