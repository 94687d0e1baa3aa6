"""Check: hold what consumers read of a product against its contracts, now and in place.

What another store serves is checked there. What is found is remembered with the checks of runs; nothing is changed.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from meshwright.engine.protocol import Engine
from meshwright.model.address import ProductAddress, TableAddress
from meshwright.model.identity import PublishId
from meshwright.model.product import DataProduct
from meshwright.model.publish import CheckResult, Publish
from meshwright.model.time import Interval
from meshwright.model.value import value
from meshwright.runs.buildable import committed
from meshwright.workspace.workspace import Workspace

if TYPE_CHECKING:
    from meshwright.graph.graph import MeshGraph

_IN_PLACE = timedelta(days=1)
"""What SQL that asks for an interval is given where nothing was ever built: the time before now."""


@value
class Checked:
    """What the checks of a product's tables have found; `synthetic`: in data that was made up."""

    product: DataProduct
    results: tuple[CheckResult, ...]
    synthetic: bool

    @property
    def passed(self) -> bool:
        """Tell whether no check has failed that would have kept this from being published."""
        return not any(result.blocks for result in self.results)


def check(
    workspace: Workspace,
    graph: "MeshGraph",
    address: ProductAddress,
    tables: Collection[TableAddress],
    now: datetime,
) -> Checked:
    """Run the checks of some tables of a product, as its manifest says, on what is published or served.

    Raises `NotFound` where nothing is published yet.
    """
    engine = workspace.engine()
    product = committed(graph, address, workspace.root, engine.capabilities).product
    last = _last(engine, product)
    interval = last.interval if last is not None else Interval(now - _IN_PLACE, now)
    results = engine.check_published(product, tables, interval)
    synthetic = last is not None and last.synthetic
    workspace.observations().record_checks(PublishId.mint(now), results, now, synthetic=synthetic)
    return Checked(product, results, synthetic)


def _last(engine: Engine, product: DataProduct) -> Publish | None:
    """Return what a product published last; what another store serves is older or newer than that."""
    publishes = () if product.is_virtual else engine.publishes(product.address)
    return publishes[-1] if publishes else None
