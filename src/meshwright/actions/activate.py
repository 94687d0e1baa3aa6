"""Activate: let the promises of a release count from now on; those that did already go on."""

from datetime import datetime

from meshwright.graph.graph import MeshGraph
from meshwright.model.identity import Digest
from meshwright.workspace.workspace import Workspace


def activate(workspace: Workspace, graph: MeshGraph, release: Digest, now: datetime) -> None:
    """Say which promises a release makes.

    The monitor says so again with each look: a deployment that died after its pointer moved promised all the same.
    """
    ports = ((product.port_address(port), port) for product in graph.mesh.products for port in product.outputs)
    workspace.observations().record_activation({address: port.slos for address, port in ports}, release, now)
