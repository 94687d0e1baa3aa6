"""Every product has people in the roles that the organisation asks for, beside its owner.

Who decides what a product is, and who mends it at night, are often not one person.
"""

from collections.abc import Iterator

from meshwright.gate.codes import Code
from meshwright.gate.policies.parameters import Words, every
from meshwright.gate.policies.policy import Found, Level, Policy, place
from meshwright.graph.graph import MeshGraph
from meshwright.model.product import DataProduct
from meshwright.model.value import value


@value
class Parameters:
    """Who must be there."""

    roles: Words = every(("technicalOwner",), "somebody in the team has each of these roles")


def check(graph: MeshGraph, product: DataProduct, parameters: Parameters) -> Iterator[Found]:
    """Yield a finding for a product in whose team roles are missing, naming all of them."""
    missing = [role for role in parameters.roles if all(m.role != role for m in product.team)]
    if missing:
        message = f"nobody in the team of `{product.address}` is {' or '.join(missing)}"
        hint = f"add `{{username: …, role: {missing[0]}}}` to `team` in the product or its domain"
        yield Found((product.address,), place(product), message, hint)


POLICY = Policy("staffed", Code.UNSTAFFED, Level.IGNORE, check, Parameters)
