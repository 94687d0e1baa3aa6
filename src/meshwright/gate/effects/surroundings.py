"""Surroundings: what does an environment tell a plan? From when on intervals are run, and what is known of costs.

What was observed and what would be read is asked for only where a change makes something cost otherwise.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import field
from datetime import datetime

from meshwright.graph.graph import MeshGraph
from meshwright.model.address import ProductAddress
from meshwright.model.estimate import Estimate
from meshwright.model.mesh import Prices
from meshwright.model.observation import Usual
from meshwright.model.value import value

Observed = Callable[[Collection[ProductAddress]], Mapping[ProductAddress, Usual]]
"""Tells what runs of some products usually take, as far as any were observed."""

Estimated = Callable[[MeshGraph, Collection[ProductAddress]], Mapping[ProductAddress, Estimate]]
"""Tells what one run of some products of a mesh would read; nothing of an engine that does not bill that."""


def nothing_observed(products: Collection[ProductAddress]) -> Mapping[ProductAddress, Usual]:  # noqa: ARG001
    """Know no run."""
    return {}


def nothing_estimated(graph: MeshGraph, products: Collection[ProductAddress]) -> Mapping[ProductAddress, Estimate]:  # noqa: ARG001
    """Know of no run what it would read."""
    return {}


@value
class Surroundings:
    """What the environment of a plan tells. Without `since` intervals are run from now on; `region` keeps its data."""

    since: datetime | None = None
    observed: Observed = nothing_observed
    prices: Prices = field(default_factory=Prices)
    estimated: Estimated = nothing_estimated
    region: str | None = None
