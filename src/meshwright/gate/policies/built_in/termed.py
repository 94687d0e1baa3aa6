"""Figures that people decide by carry a word of the glossary: else each report has a revenue of its own.

Asked of the numbers in consumer-aligned products, where mesh.yaml has a glossary.
"""

from collections.abc import Iterator
from decimal import Decimal

from meshwright.gate.codes import Code
from meshwright.gate.policies.parameters import at_least
from meshwright.gate.policies.policy import Found, Level, Policy, place
from meshwright.graph.graph import MeshGraph
from meshwright.model.contract import LogicalType
from meshwright.model.product import DataProduct, ProductType
from meshwright.model.ratio import Ratio
from meshwright.model.value import value

_NUMBERS = (LogicalType.INTEGER, LogicalType.NUMBER)


@value
class Parameters:
    """How many of them."""

    share: Ratio = at_least(Ratio(Decimal(1)), "this share of a table's numbers carries a term")


def check(graph: MeshGraph, product: DataProduct, parameters: Parameters) -> Iterator[Found]:
    """Yield a finding for each table with numbers that carry no term, naming all of them."""
    if product.type is not ProductType.CONSUMER_ALIGNED or not graph.mesh.glossary:
        return
    for address, table in product.tables():
        numbers = [c for c in table.contract.columns if c.type in _NUMBERS and not c.primary_key]
        bare = [c for c in numbers if c.term is None]
        share = Ratio.of(len(numbers) - len(bare), len(numbers))
        if bare and share is not None and share < parameters.share:
            names = ", ".join(f"`{c.name}`" for c in bare)
            message = f"`{address}` does not say which word of the glossary it means by {names}"
            about = tuple(address.column(c.name) for c in bare)
            hint = f"write `columns: {{{bare[0].name}: {{term: …}}}}`; `mesh list --terms` shows the words"
            yield Found(about, place(product, bare[0].at, table.at), message, hint)


POLICY = Policy("termed", Code.TERMLESS, Level.IGNORE, check, Parameters)
