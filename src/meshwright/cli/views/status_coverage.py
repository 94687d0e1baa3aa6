"""What a product has not built yet of what its inputs published, as `mesh status ADDRESS` tells it."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from meshwright.model.address import ProductAddress
from meshwright.model.errors import NotFound
from meshwright.model.product import DataProduct
from meshwright.model.time import length_text
from meshwright.runs.coverage import Left, inputs_of, left
from meshwright.workspace.deployed import deployed
from meshwright.workspace.workspace import Workspace


def left_lines(workspace: Workspace, products: Iterable[ProductAddress], now: datetime) -> tuple[str, ...]:
    """Return a line for each input of which something is left; none where nothing is deployed."""
    try:
        graph = deployed(workspace).graph
    except NotFound:
        return ()
    engine = workspace.engine()
    lines: list[str] = []
    for product in filter(None, map(graph.product, products)):
        logs = {address: engine.publishes(address) for address in (product.address, *inputs_of(product))}
        lines += _lines(product, left(product, logs), now)
    return tuple(lines)


def _lines(product: DataProduct, found: Iterable[Left], now: datetime) -> Iterator[str]:
    by_input: dict[ProductAddress, list[Left]] = {}
    for one in found:
        by_input.setdefault(one.publish.product, []).append(one)
    for address, some in by_input.items():
        count = f"{len(some)} publishes" if len(some) > 1 else "1 publish"
        since = length_text(now - some[0].publish.published_at)
        yield f"{product.address}: has not built {count} of {address} yet, the first {since} old"
