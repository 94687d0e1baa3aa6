"""Every table that is offered says what a row is, and every column what it holds: a consumer decides by that.

A table without words of its own is described by its product's.
"""

from collections.abc import Iterator
from decimal import Decimal

from meshwright.gate.codes import Code
from meshwright.gate.policies.parameters import at_least
from meshwright.gate.policies.policy import Found, Level, Policy, place
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import TableAddress
from meshwright.model.product import DataProduct, OutputTable
from meshwright.model.ratio import Ratio
from meshwright.model.value import value


@value
class Parameters:
    """How much of a table is described."""

    share: Ratio = at_least(Ratio(Decimal(1)), "this share of a table's columns has a description")


def check(graph: MeshGraph, product: DataProduct, parameters: Parameters) -> Iterator[Found]:
    """Yield a finding for each table that leaves something undescribed, naming all of it."""
    for address, table in product.tables():
        if not table.contract.description and not product.description:
            at = place(product, table.at)
            yield Found((address,), at, f"`{address}` does not say what a row of it is", "add a `description`")
        yield from _columns(product, address, table, parameters.share)


def _columns(product: DataProduct, address: TableAddress, table: OutputTable, wanted: Ratio) -> Iterator[Found]:
    columns = table.contract.columns
    silent = [c for c in columns if not c.description]
    share = Ratio.of(len(columns) - len(silent), len(columns))
    if silent and share is not None and share < wanted:
        names = ", ".join(f"`{c.name}`" for c in silent)
        asked = f": {share} of its columns are described, and {wanted} are asked for" if wanted.value < 1 else ""
        message = f"`{address}` does not say what it holds in {names}{asked}"
        hint = "add a `description`" + (" to each" if len(silent) > 1 else "")
        about = tuple(address.column(c.name) for c in silent)
        yield Found(about, place(product, silent[0].at, table.at), message, hint)


POLICY = Policy("documented", Code.UNDOCUMENTED, Level.WARNING, check, Parameters)
