"""Surroundings: what does an environment tell a plan of its runs: from when on they are, what they take and cost?

What cannot be looked up from here is not known, and is said so: a plan needs no database and no warehouse.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path

from meshwright.gate.effects.surroundings import Surroundings
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import ProductAddress
from meshwright.model.errors import MeshError
from meshwright.model.estimate import Estimate
from meshwright.model.mesh import Prices
from meshwright.model.observation import Usual
from meshwright.release.entry import Pointed
from meshwright.release.log import History
from meshwright.workspace.estimates import estimates
from meshwright.workspace.workspace import Workspace


def surroundings(workspace: Workspace, known: History | None, now: datetime) -> Surroundings:
    """Return what the workspace's environment tells a plan; nothing is looked up before it is asked for."""
    settings = workspace.settings

    def observed(products: Collection[ProductAddress]) -> Mapping[ProductAddress, Usual]:
        return _usual(workspace, products)

    def estimated(graph: MeshGraph, products: Collection[ProductAddress]) -> Mapping[ProductAddress, Estimate]:
        return estimates(workspace, graph, products, now)

    prices = Prices(settings.price_hour, settings.price_tebibyte)
    deployed = _first_deployment(known, settings.environment) or now
    return Surroundings(settings.begins(deployed), observed, prices, estimated, settings.region)


def _first_deployment(known: History | None, environment: str) -> datetime | None:
    entries = known.entries if known else ()
    return next((e.at for e in entries if isinstance(e.body, Pointed) and e.body.environment == environment), None)


def _usual(workspace: Workspace, products: Collection[ProductAddress]) -> Mapping[ProductAddress, Usual]:
    """Return what runs usually take, as far as it was observed. A database that is not there is not made."""
    scheme, _, file = workspace.settings.database.reveal().partition(":///")
    if scheme == "sqlite" and not Path(file).is_file():
        return {}
    try:
        return workspace.observations().usual(products)
    except MeshError:
        return {}
