"""Every table has checks beyond its keys: what a team knows of its data, it says, and each run holds it.

Keys, required and unique columns are checked anyway, and do not count.
"""

from collections.abc import Iterator

from meshwright.gate.codes import Code
from meshwright.gate.policies.parameters import at_least
from meshwright.gate.policies.policy import Found, Level, Policy, place
from meshwright.graph.graph import MeshGraph
from meshwright.model.product import DataProduct
from meshwright.model.value import value


@value
class Parameters:
    """How much is checked."""

    checks: int = at_least(1, "a table has this many checks under `quality`")


def check(graph: MeshGraph, product: DataProduct, parameters: Parameters) -> Iterator[Found]:
    """Yield a finding for each table with fewer checks."""
    for address, table in product.tables():
        count = len([c for c in table.contract.checks if c.name not in table.contract.implied_checks])
        if count < parameters.checks:
            has = f"{count} of {parameters.checks} checks" if count else "no check"
            message = f"`{address}` has {has} beyond its keys"
            hint = "add one under `quality`, such as `{metric: rowCount, mustBeGreaterThan: 0}`"
            yield Found((address,), place(product, table.at), message, hint)


POLICY = Policy("checked", Code.UNCHECKED, Level.WARNING, check, Parameters)
