"""Estimates: what would runs read, as an environment's engine says beforehand?

An engine that does not bill what is read is not asked, and not even loaded.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from meshwright.engine.protocol import Estimator, Work
from meshwright.engine.registry import estimator
from meshwright.gate.effects.load import monthly_runs
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import ProductAddress
from meshwright.model.errors import Refused
from meshwright.model.estimate import Estimate
from meshwright.model.product import DataProduct
from meshwright.model.time import Interval
from meshwright.release.queries import queries_of
from meshwright.workspace.workspace import Workspace

_MONTH = timedelta(days=365.25 / 12)


def estimates(
    workspace: Workspace, graph: MeshGraph, products: Collection[ProductAddress], now: datetime
) -> Mapping[ProductAddress, Estimate]:
    """Return what one run of each product would read now; nothing where that is not billed."""
    settings = workspace.settings
    try:
        asked = estimator(settings.engine)
    except Refused as error:
        return {address: Estimate(because=error.message) for address in products}
    if asked is None:
        return {}
    found: dict[ProductAddress, Estimate] = {}
    works = []
    for address in products:
        product = graph.product(address)
        if product is not None:
            try:
                works.append(_work(asked, graph, product, now))
            except Refused as error:
                found[address] = Estimate(because=error.message)
    told = asked.estimate(settings.data, works)
    return found | {work.product.address: estimate for work, estimate in zip(works, told, strict=True)}


def _work(asked: Estimator, graph: MeshGraph, product: DataProduct, now: datetime) -> Work:
    """Return the last run of a product that there could have been, in the engine's SQL."""
    analyses = dict(graph.analyses_of(product.address))
    made = ((address, table, analyses.get(address)) for address, table in product.tables())
    queries = (q for one in made for q in queries_of(*one, (asked.DIALECT,)) if q.dialect == asked.DIALECT)
    runs = monthly_runs(graph, product.address)
    length = _MONTH / float(runs) if runs else timedelta(days=1)
    return Work(product, Interval(now - length, now), tuple(queries))
