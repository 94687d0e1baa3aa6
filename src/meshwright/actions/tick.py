"""Tick: one look of the monitor: what was delivered, which promises are broken, who is the cause, who must know.

Safe to stop anywhere and to run twice: facts are recorded once, states, incidents and what is owed to channels change
in one transaction, and delivery goes on where it stopped. Needs no Airflow: it reads the products' own publish logs.
"""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from meshwright.actions.workspace import Workspace
from meshwright.engine.protocol import Engine
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import PortAddress
from meshwright.model.errors import MeshError
from meshwright.model.incident import Incident, Message
from meshwright.model.observation import PortHistory
from meshwright.model.slo import Slo, SloStatus
from meshwright.observe.store import Judgement, Observations
from meshwright.oncall.channels.alertmanager import Alertmanager
from meshwright.oncall.channels.heartbeat import ping
from meshwright.oncall.channels.mail import Mail
from meshwright.oncall.channels.protocol import Channel, Unavailable
from meshwright.oncall.channels.webhook import Webhook
from meshwright.oncall.decide import decide
from meshwright.oncall.deliver import Delivered, deliver, repeat
from meshwright.oncall.evidence import Evidence
from meshwright.oncall.words import title
from meshwright.slo.budget import WINDOW
from meshwright.slo.evaluate import evaluate
from meshwright.slo.standing import settled, transitions

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TickOutcome:
    """What one tick found.

    `synced` counts publishes that had been made but not recorded; `open` are the incidents that are open now.
    """

    statuses: tuple[SloStatus, ...]
    open: tuple[Incident, ...]
    messages: tuple[Message, ...]
    delivered: Delivered
    synced: int


def tick(workspace: Workspace, graph: MeshGraph, now: datetime) -> TickOutcome:
    """Hold what was delivered against what the deployed `graph` promises; tell who must know.

    `now` is the moment of delivery; promises are judged at the environment's clock, which stands still in a replay.
    """
    observations = workspace.observations()
    moment = workspace.settings.clock(now)
    synced = _sync(workspace.engine(), observations, graph)
    promises = promised(graph)
    histories = observations.histories(promises, moment - WINDOW, moment)
    standing = observations.standing()
    statuses = tuple(settled(standing, evaluated(promises, histories, moment)))
    known = observations.open_incidents()
    decision = decide(workspace.settings.environment, Evidence(graph, histories), statuses, known, moment)
    channels = open_channels(workspace)
    intervals = tuple(transitions(standing, statuses, moment))
    names = tuple(channel.name for channel in channels)
    observations.settle(Judgement(intervals, decision.incidents, decision.messages, names), now)
    for message in decision.messages:
        log.warning("%s: incident %s", title(message), message.incident.id)
    still_open = tuple(i for i in decision.incidents if i.resolved_at is None)
    delivered = deliver(observations.outbox, channels, now)
    repeat(channels, still_open, now)
    _prove_alive(workspace)
    return TickOutcome(statuses, still_open, decision.messages, delivered, synced)


def promised(graph: MeshGraph) -> Mapping[PortAddress, tuple[Slo, ...]]:
    """Return what every port of a mesh promises; a port without an SLO promises nothing."""
    return {product.port_address(port): port.slos for product in graph.mesh.products for port in product.outputs}


def evaluated(
    promises: Mapping[PortAddress, tuple[Slo, ...]], histories: Mapping[PortAddress, PortHistory], now: datetime
) -> Iterator[SloStatus]:
    """Yield how each promise is kept; a port that was never deployed has promised nothing yet."""
    for port, slos in promises.items():
        history = histories.get(port)
        if history is not None:
            yield from (evaluate(slo, history, now) for slo in slos)


def open_channels(workspace: Workspace) -> tuple[Channel, ...]:
    """Return the channels that this environment is configured to tell."""
    settings = workspace.settings
    found: list[Channel] = []
    if settings.webhook:
        found.append(Webhook(settings.webhook))
    if settings.alertmanager:
        found.append(Alertmanager(settings.alertmanager))
    if settings.smtp:
        found.append(Mail(settings.smtp))
    return tuple(found)


def _sync(engine: Engine, observations: Observations, graph: MeshGraph) -> int:
    """Record the publishes of which a crash kept us from hearing; returns how many there were."""
    missing = []
    for address in graph.order:
        try:
            published = engine.publishes(address)
        except MeshError as error:
            log.warning("the publish log of %s cannot be read: %s", address, error)
            continue
        known = observations.known_publishes(address) if published else frozenset()
        missing += [p for p in published if p.publish_id not in known]
    observations.record_publish(*missing)
    return len(missing)


def _prove_alive(workspace: Workspace) -> None:
    """Ping the dead-man's switch: the tick is complete."""
    if workspace.settings.heartbeat is None:
        return
    try:
        ping(workspace.settings.heartbeat)
    except Unavailable as error:
        log.warning("%s", error)
