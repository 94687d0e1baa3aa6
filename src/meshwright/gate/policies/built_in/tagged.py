"""Tags are words that the organisation has agreed on: `crm`, `CRM` and `customer-data` find three halves of a thing."""

from collections.abc import Iterator

from meshwright.gate.codes import Code
from meshwright.gate.policies.parameters import Words, at_least, only
from meshwright.gate.policies.policy import Found, Level, Policy, place
from meshwright.graph.graph import MeshGraph
from meshwright.model.product import DataProduct
from meshwright.model.spelling import did_you_mean
from meshwright.model.value import value


@value
class Parameters:
    """Which tags there are."""

    allowed: Words | None = only(None, "a product has no other tags")
    tags: int = at_least(0, "a product has this many")


def check(graph: MeshGraph, product: DataProduct, parameters: Parameters) -> Iterator[Found]:
    """Yield a finding for a product with tags that are not agreed on, or with too few."""
    strange = [tag for tag in product.tags if parameters.allowed is not None and tag not in parameters.allowed]
    if strange:
        names = ", ".join(f"`{tag}`" for tag in strange)
        message = f"`{product.address}` has tags that nobody has agreed on: {names}"
        yield Found((product.address,), place(product), message, did_you_mean(strange[0], parameters.allowed or ()))
    if len(product.tags) < parameters.tags:
        message = f"`{product.address}` has {len(product.tags)} of {parameters.tags} tags"
        yield Found((product.address,), place(product), message, "add `tags: […]`")


POLICY = Policy("tagged", Code.MISTAGGED, Level.WARNING, check, Parameters)
