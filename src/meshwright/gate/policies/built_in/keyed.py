"""Every table says what tells its rows apart: without a key nobody can join it, or see that a row came twice.

What is only ever appended to, and a ledger, which numbers its entries, need none.
"""

from collections.abc import Iterator

from meshwright.gate.codes import Code
from meshwright.gate.policies.policy import Found, Level, Nothing, Policy, place
from meshwright.graph.graph import MeshGraph
from meshwright.model.product import DataProduct, PublishMode

_GROWS = (PublishMode.APPEND, PublishMode.LEDGER)


def check(graph: MeshGraph, product: DataProduct, parameters: Nothing) -> Iterator[Found]:
    """Yield a finding for each table without a primary key."""
    for address, table in product.tables():
        if not table.contract.key and table.mode not in _GROWS:
            message = f"`{address}` does not say which columns tell its rows apart"
            hint = "write `primaryKey: true` at the column, or at each of the columns, that do"
            yield Found((address,), place(product, table.at), message, hint)


POLICY = Policy("keyed", Code.KEYLESS, Level.WARNING, check, Nothing)
