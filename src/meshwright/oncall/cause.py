"""Cause: which products are to blame that data is not complete up to where somebody promised?

One topological pass: a product that lacks what is needed passes the blame on to those of its required inputs that lack
it too, and so to the most upstream; it keeps it when no input lacks it, and shares it when its own last run failed on
data that it had. docs/decisions/0033 says why.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from meshwright.model.address import ProductAddress
from meshwright.model.product import DataProduct
from meshwright.oncall.evidence import Evidence

PATIENCE = timedelta(minutes=15)
"""How long a product may take to use what its inputs have just delivered, before it is blamed itself."""

Causes = Mapping[ProductAddress, frozenset[ProductAddress]]
"""The products to blame for each product that is late; nobody, while it still has the time to catch up."""


def causes(evidence: Evidence, need: datetime, now: datetime, patience: timedelta = PATIENCE) -> Causes:
    """Return who is to blame for each product whose data is not complete up to `need`."""
    found: dict[ProductAddress, frozenset[ProductAddress]] = {}
    for address in evidence.graph.order:
        product = evidence.graph.product(address)
        if product is None or _has(evidence, product, need):
            continue
        lacking = tuple(evidence.lacking(product, need))
        if lacking:
            upstream = frozenset[ProductAddress]().union(*(found.get(u, frozenset()) for u in lacking))
            found[address] = upstream | {address} if _failed_by_itself(evidence, product) else upstream
        else:
            found[address] = frozenset() if _is_catching_up(evidence, product, now - patience) else frozenset({address})
    return found


def _has(evidence: Evidence, product: DataProduct, need: datetime) -> bool:
    watermark = evidence.watermark(product)
    return watermark is not None and watermark >= need


def _failed_by_itself(evidence: Evidence, product: DataProduct) -> bool:
    """Tell whether the last run failed although every input held something new for it."""
    failure = evidence.failure(product.address)
    return failure is not None and not failure.waiting and evidence.ready_at(product) is not None


def _is_catching_up(evidence: Evidence, product: DataProduct, long_ago: datetime) -> bool:
    """Tell whether the inputs have only just delivered, and no run has failed on it."""
    ready_at = evidence.ready_at(product)
    if ready_at is None or ready_at <= long_ago:
        return False
    failure = evidence.failure(product.address)
    return failure is None or failure.waiting or failure.at < ready_at
