"""No product runs more often than the organisation wants to pay for.

What runs when its inputs publish is as fast as they are.
"""

from collections.abc import Iterator
from datetime import timedelta

from meshwright.gate.codes import Code
from meshwright.gate.effects.cadence import cadence
from meshwright.gate.policies.parameters import at_least
from meshwright.gate.policies.policy import Found, Level, Policy, place
from meshwright.graph.graph import MeshGraph
from meshwright.model.product import DataProduct
from meshwright.model.time import length_text
from meshwright.model.value import value


@value
class Parameters:
    """How often is too often."""

    apart: timedelta = at_least(timedelta(minutes=5), "two runs are at least this far apart")


def check(graph: MeshGraph, product: DataProduct, parameters: Parameters) -> Iterator[Found]:
    """Yield a finding for a product whose clock is faster."""
    known = cadence(product.clock.cron) if product.clock else None
    if product.clock is not None and known is not None and known.shortest < parameters.apart:
        runs = f"`{product.address}` runs every {length_text(known.shortest)}, by `{product.clock.cron}`"
        message = f"{runs}, and two runs are to be {length_text(parameters.apart)} apart"
        yield Found((product.address,), place(product), message, "run it less often")


POLICY = Policy("paced", Code.TOO_OFTEN, Level.WARNING, check, Parameters)
