"""Tick: one look of the monitor: what was delivered, which promises are broken, who is the cause, who must know?

Safe to stop anywhere and to run twice: facts are recorded once; states, incidents and what is owed to channels change
in one transaction; delivery goes on where it stopped. Needs no Airflow: it reads the products' own publish logs.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from meshwright.actions.count_readers import count_readers
from meshwright.engine.protocol import Engine
from meshwright.graph.graph import MeshGraph
from meshwright.model.identity import Secret
from meshwright.model.incident import Event, Incident, Message
from meshwright.model.publish import Publish
from meshwright.model.slo import SloStatus, StateInterval
from meshwright.model.value import value
from meshwright.observe.outbox import Backlog
from meshwright.observe.store import Judgement, Observations
from meshwright.oncall.channels.heartbeat import ping
from meshwright.oncall.channels.protocol import Unavailable
from meshwright.oncall.decide import Decision, Incidents, decide
from meshwright.oncall.deliver import Delivered, deliver, repeat
from meshwright.oncall.evidence import Evidence
from meshwright.oncall.words import title
from meshwright.slo.budget import WINDOW
from meshwright.slo.promises import evaluated, promised
from meshwright.slo.standing import settled, transitions
from meshwright.workspace.channels import open_channels
from meshwright.workspace.histories import histories
from meshwright.workspace.workspace import Workspace

log = logging.getLogger(__name__)

RETENTION = timedelta(days=400)
"""How long what was observed is kept: a year can be held against the one before."""


@value
class TickOutcome:
    """What one tick found.

    `synced` counts publishes that had been made but not recorded; `open` are the incidents that are open now; `backlog`
    is what is still owed to channels, and what they will never take.
    """

    statuses: tuple[SloStatus, ...]
    open: tuple[Incident, ...]
    messages: tuple[Message, ...]
    delivered: Delivered
    backlog: Backlog
    synced: int


@value
class _Judged:
    """How every promise is kept, which states that changes, and what follows from it."""

    statuses: tuple[SloStatus, ...]
    intervals: tuple[StateInterval, ...]
    decision: Decision
    known: tuple[Incident, ...]


def tick(workspace: Workspace, graph: MeshGraph, now: datetime) -> TickOutcome:
    """Hold what was delivered against what the deployed `graph` promises; tell who must know.

    `now` is the moment of delivery; promises are judged at the environment's clock, which stands still in a replay.
    """
    observations, settings = workspace.observations(), workspace.settings
    channels = open_channels(settings)
    moment = settings.clock(now)
    synced = _sync(workspace.engine(), observations, graph, moment - WINDOW)
    count_readers(workspace, graph.mesh.products, now)
    judged = _judge(settings.environment, graph, observations, moment)
    incidents, messages = judged.decision.incidents, judged.decision.messages
    still_open = tuple(i for i in incidents if i.resolved_at is None)
    # Owed again, what is open is news only to a channel that was not there when it opened.
    owed = (*messages, *(Message(Event.OPENED, incident) for incident in still_open))
    names = tuple(channel.name for channel in channels)
    observations.settle(Judgement(judged.intervals, incidents, owed, names, judged.known), now)
    for message in messages:
        log.warning("%s: incident %s", title(message), message.incident.id)
    delivered = deliver(observations.outbox, channels, now)
    repeat(channels, still_open, now)
    if settings.heartbeat is not None:
        _prove_alive(settings.heartbeat)
    return TickOutcome(judged.statuses, still_open, messages, delivered, observations.outbox.backlog(), synced)


def forget(workspace: Workspace, now: datetime) -> int:
    """Forget the facts and judgements that nobody asks for any more; returns how many rows went."""
    return workspace.observations().prune(workspace.settings.clock(now) - RETENTION)


def _sync(engine: Engine, observations: Observations, graph: MeshGraph, since: datetime) -> int:
    """Record the publishes that a crash kept from being recorded; returns how many there were."""
    missing = observations.unrecorded(list(_recent(engine, graph, since)))
    if missing:
        observations.record_publish(*missing)
    return len(missing)


def _recent(engine: Engine, graph: MeshGraph, since: datetime) -> Iterator[Publish]:
    """Yield what all products published after `since`, and last: what is older may have been pruned."""
    for found in engine.recent(graph.order, since):
        if found.error is not None:
            log.warning("the publish log of %s cannot be read: %s", found.product, found.error)
        yield from found.publishes


def _judge(environment: str, graph: MeshGraph, observations: Observations, now: datetime) -> _Judged:
    promises = promised(graph)
    found = histories(observations, promises, now)
    standing = observations.standing()
    statuses = tuple(settled(standing, evaluated(promises, found, now)))
    known = Incidents(observations.open_incidents(), observations.ended_incidents())
    decision = decide(environment, Evidence(graph, found), statuses, known, now)
    return _Judged(statuses, tuple(transitions(standing, statuses, now)), decision, known.open)


def _prove_alive(url: Secret) -> None:
    """Ping the dead-man's switch: the tick is complete."""
    try:
        ping(url)
    except Unavailable as error:
        log.warning("%s", error)
