"""What must be proved later is kept as a ledger: entries that are added, chained, and never changed unseen.

Which products that are, their tags say; the council says which tags.
"""

from collections.abc import Iterator

from meshwright.gate.codes import Code
from meshwright.gate.policies.parameters import Words, every
from meshwright.gate.policies.policy import Found, Level, Policy, place
from meshwright.graph.graph import MeshGraph
from meshwright.model.product import DataProduct, PublishMode
from meshwright.model.value import value


@value
class Parameters:
    """What is kept so."""

    tags: Words = every((), "a product with one of these tags publishes as a ledger")


def check(graph: MeshGraph, product: DataProduct, parameters: Parameters) -> Iterator[Found]:
    """Yield a finding for each table of such a product that is published otherwise."""
    tag = next((tag for tag in product.tags if tag in parameters.tags), None)
    for address, table in product.tables() if tag else ():
        if table.mode is not PublishMode.LEDGER:
            message = f"`{address}` is published by {table.mode}, and what is tagged `{tag}` is kept as a ledger"
            yield Found((address,), place(product, table.at), message, "write `publish: {mode: ledger}`")


POLICY = Policy("ledgered", Code.NO_LEDGER, Level.ERROR, check, Parameters)
