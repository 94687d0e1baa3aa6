"""Objectives leave an error budget, but not half the time: nobody keeps five nines, and 50% promises nothing."""

from collections.abc import Iterator
from decimal import Decimal

from meshwright.gate.codes import Code
from meshwright.gate.policies.parameters import at_least, at_most
from meshwright.gate.policies.policy import Found, Level, Policy, place
from meshwright.graph.graph import MeshGraph
from meshwright.model.product import DataProduct
from meshwright.model.ratio import Ratio
from meshwright.model.slo import slo_name
from meshwright.model.value import value


@value
class Parameters:
    """Between what objectives are."""

    highest: Ratio = at_most(Ratio(Decimal("0.9995")), "no objective is higher")
    lowest: Ratio = at_least(Ratio(Decimal("0.8")), "no objective is lower")


def check(graph: MeshGraph, product: DataProduct, parameters: Parameters) -> Iterator[Found]:
    """Yield a finding for each promise whose objective is too high or too low."""
    for port in product.outputs:
        address, at = product.port_address(port), place(product, port.at)
        for slo in port.slos:
            exactly = f"{(slo.objective.value * 100).normalize():f}%"  # the ratio's own text would round it to 100%
            said = f"`{address}` promises {slo_name(slo)} with an objective of {exactly}"
            if slo.objective > parameters.highest:
                message = f"{said}, more than {parameters.highest}"
                yield Found((address,), at, message, "leave an error budget that one bad night does not spend")
            elif slo.objective < parameters.lowest:
                message = f"{said}, less than {parameters.lowest}"
                yield Found((address,), at, message, "promise less, and keep it more often")


POLICY = Policy("realistic", Code.UNREALISTIC, Level.WARNING, check, Parameters)
