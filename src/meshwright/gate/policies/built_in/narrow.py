"""A product is about one thing: with forty inputs or three hundred columns it is several that nobody took apart."""

from collections.abc import Iterator

from meshwright.gate.codes import Code
from meshwright.gate.policies.parameters import at_most
from meshwright.gate.policies.policy import Found, Level, Policy, place
from meshwright.graph.graph import MeshGraph
from meshwright.model.product import DataProduct
from meshwright.model.value import value


@value
class Parameters:
    """How much is too much."""

    inputs: int = at_most(20, "a product has at most this many inputs")
    columns: int = at_most(150, "a table has at most this many columns")


def check(graph: MeshGraph, product: DataProduct, parameters: Parameters) -> Iterator[Found]:
    """Yield a finding for a product with more inputs, and for each table with more columns."""
    count = len(product.inputs)
    if count > parameters.inputs:
        message = f"`{product.address}` reads {count} inputs, more than {parameters.inputs}"
        yield Found((product.address,), place(product), message, "make products of the steps between")
    for address, table in product.tables():
        count = len(table.contract.columns)
        if count > parameters.columns:
            message = f"`{address}` has {count} columns, more than {parameters.columns}"
            yield Found((address,), place(product, table.at), message, "make several tables or products of it")


POLICY = Policy("narrow", Code.WIDE, Level.WARNING, check, Parameters)
