"""What a product is for is said in a sentence: `tbd` or the product's name once more helps nobody to find it."""

from collections.abc import Iterator

from meshwright.gate.codes import Code
from meshwright.gate.policies.parameters import at_least
from meshwright.gate.policies.policy import Found, Level, Policy, place
from meshwright.graph.graph import MeshGraph
from meshwright.model.product import DataProduct
from meshwright.model.value import value


@value
class Parameters:
    """How much is said."""

    words: int = at_least(3, "a product's description has this many words")


def check(graph: MeshGraph, product: DataProduct, parameters: Parameters) -> Iterator[Found]:
    """Yield a finding for a product whose description is shorter."""
    count = len(product.description.split())
    if count < parameters.words:
        message = f"`{product.address}` is described in {count} of {parameters.words} words"
        yield Found((product.address,), place(product), message, "say in a sentence what it is for")


POLICY = Policy("explained", Code.UNEXPLAINED, Level.WARNING, check, Parameters)
