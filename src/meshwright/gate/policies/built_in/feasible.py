"""A promise of freshness or landing can be kept: it is not tighter than what inputs promise and the schedule adds.

At its oldest, data is as old as the oldest input may be, plus the time until the next run. What a run itself takes is
not counted, so what this policy finds cannot be kept even by a run that takes no time.
"""

from collections.abc import Iterator
from datetime import timedelta

from meshwright.gate.codes import Code
from meshwright.gate.effects.cadence import cadence
from meshwright.gate.effects.landing import obstacles
from meshwright.gate.policies.policy import Found, Level, Nothing, Policy, place
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import PortAddress
from meshwright.model.product import CronSchedule, DataProduct, OutputPort
from meshwright.model.slo import Freshness, LandingBy
from meshwright.model.time import length_text

_HINT = "promise what can be kept, run more often, or ask for a firmer promise of the input"


def check(graph: MeshGraph, product: DataProduct, parameters: Nothing) -> Iterator[Found]:
    """Yield a finding for each promise that cannot be kept, with the arithmetic."""
    for port in product.outputs:
        for message in (*_too_old(graph, product, port), *_too_late(graph, product, port)):
            yield Found((product.port_address(port),), place(product, port.at), message, _HINT)


def _too_old(graph: MeshGraph, product: DataProduct, port: OutputPort) -> Iterator[str]:
    wait = _longest_wait(product)
    input_age, input_port = _oldest_input(graph, product)
    promised = _promised(port)
    if promised is not None and promised < wait + input_age:
        terms = [f"`{input_port}` may be {length_text(input_age)} old"] if input_port else []
        terms += [f"{length_text(wait)} pass between two runs"] if wait else []
        total = f", together {length_text(wait + input_age)}" if len(terms) > 1 else ""
        yield (
            f"`{product.port_address(port)}` promises to be at most {length_text(promised)} old, "
            f"but {' and '.join(terms)}{total}"
        )


def _too_late(graph: MeshGraph, product: DataProduct, port: OutputPort) -> Iterator[str]:
    for slo in port.slos:
        if isinstance(slo, LandingBy):
            why = " and ".join(obstacles(graph, product, slo))
            if why:
                yield f"`{product.port_address(port)}` promises to be complete by {slo.where}, but {why}"


def _promised(port: OutputPort) -> timedelta | None:
    return min((s.max_age for s in port.slos if isinstance(s, Freshness)), default=None)


def _longest_wait(product: DataProduct) -> timedelta:
    """Return the longest time between two runs; nothing for a product that runs when its inputs publish."""
    if not isinstance(product.schedule, CronSchedule):
        return timedelta()
    known = cadence(product.schedule.cron)
    return timedelta() if known is None else known.longest


def _oldest_input(graph: MeshGraph, product: DataProduct) -> tuple[timedelta, PortAddress | None]:
    """Return the loosest promise among the required inputs, and whose it is. Who promises nothing is not held to it."""
    found = []
    for port in product.inputs:
        output = graph.output(port.port) if port.port and port.required else None
        promised = _promised(output) if output else None
        if promised is not None and port.port is not None:
            found.append((promised, port.port))
    return max(found, default=(timedelta(), None))


POLICY = Policy("feasible", Code.INFEASIBLE, Level.WARNING, check, Nothing)
