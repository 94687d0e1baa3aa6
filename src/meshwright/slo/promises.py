"""Promises: what does every port of a mesh promise, how far back must one look, and how is each promise kept?"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from meshwright.graph.graph import MeshGraph
from meshwright.model.address import PortAddress
from meshwright.model.observation import PortHistory
from meshwright.model.product import CronSchedule
from meshwright.model.slo import LandingBy, Slo, SloStatus
from meshwright.model.value import value
from meshwright.slo.budget import WINDOW
from meshwright.slo.evaluate import evaluate
from meshwright.slo.landing import occurrences


@value
class Promised:
    """What one port promises; `clock` is the schedule that it is built by, None where nothing is built by a clock."""

    slos: tuple[Slo, ...]
    clock: CronSchedule | None = None

    def since(self, now: datetime) -> datetime:
        """Return from when on facts are needed to judge it."""
        landings = (occurrences(slo, now)[0].need for slo in self.slos if isinstance(slo, LandingBy))
        return min([now - WINDOW, *landings])


Promises = Mapping[PortAddress, Promised]
"""What every port promises, those too that promise nothing."""


def promised(graph: MeshGraph) -> Promises:
    """Return what every port of a mesh promises."""
    return {
        product.port_address(port): Promised(port.slos, product.clock)
        for product in graph.mesh.products
        for port in product.outputs
    }


def windows(promises: Promises, now: datetime) -> Mapping[datetime, Sequence[PortAddress]]:
    """Return the ports by the moment from which on their facts are needed."""
    found: defaultdict[datetime, list[PortAddress]] = defaultdict(list)
    for port, said in promises.items():
        found[said.since(now)].append(port)
    return found


def evaluated(promises: Promises, histories: Mapping[PortAddress, PortHistory], now: datetime) -> Iterator[SloStatus]:
    """Yield how each promise is kept; a port that was never deployed has promised nothing yet."""
    for port, said in promises.items():
        history = histories.get(port)
        if history is not None:
            yield from (evaluate(slo, history, now, said.clock) for slo in said.slos)
