"""Rows are set aside while they are few: of a table that loses a quarter of them, readers should see the old one."""

from collections.abc import Iterator
from decimal import Decimal

from meshwright.gate.codes import Code
from meshwright.gate.policies.parameters import at_most
from meshwright.gate.policies.policy import Found, Level, Policy, place
from meshwright.graph.graph import MeshGraph
from meshwright.model.product import DataProduct
from meshwright.model.ratio import Ratio
from meshwright.model.value import value


@value
class Parameters:
    """How few."""

    share: Ratio = at_most(Ratio(Decimal("0.1")), "no more than this share of a table's new rows may be set aside")


def check(graph: MeshGraph, product: DataProduct, parameters: Parameters) -> Iterator[Found]:
    """Yield a finding for each table, and each input, that may lose more of its rows."""
    for address, table in product.tables():
        if table.sets_aside and table.quarantine > parameters.share:
            message = f"`{address}` may set aside {table.quarantine} of its rows, more than {parameters.share}"
            hint = f"write `quarantine: {{atMost: {parameters.share}}}`"
            yield Found((address,), place(product, table.at), message, hint)
    for port in product.inputs:
        if port.quarantine is not None and port.quarantine > parameters.share:
            message = (
                f"`{product.address}` may set aside {port.quarantine} of what `{port.name}` gives, "
                f"more than {parameters.share}"
            )
            hint = f"write `quarantine: {{atMost: {parameters.share}}}`"
            yield Found((product.address,), place(product, port.at), message, hint)


POLICY = Policy("bounded", Code.UNBOUNDED, Level.WARNING, check, Parameters)
