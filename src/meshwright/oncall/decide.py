"""Decide: which incidents are there, what is each one's cause, and what must be said?

Pure. An open incident is known by its cause: it stays the same one over ticks, while promises break and recover, and is
resolved when it breaks none any more. What is still broken after a cause recovered is judged anew, and may become an
incident of its own. Nothing is said twice: a message is due when an incident opens, hurts somebody more, or ends.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime

from meshwright.model.address import ProductAddress
from meshwright.model.codec import canonical
from meshwright.model.identity import Digest
from meshwright.model.incident import Event, Impact, Incident, Message
from meshwright.model.slo import SloState, SloStatus, slo_name
from meshwright.model.time import instant_text
from meshwright.model.value import value
from meshwright.oncall.cause import Causes, causes
from meshwright.oncall.evidence import Evidence
from meshwright.oncall.people import contact
from meshwright.oncall.reason import RUN, overrun_text, reason


@value
class Decision:
    """The incidents that are open or have just been resolved, and what is to be said."""

    incidents: tuple[Incident, ...]
    messages: tuple[Message, ...]


@value
class Incidents:
    """What is known before a decision: the incidents that are open, and how many of each cause have ended."""

    open: tuple[Incident, ...] = ()
    ended: Mapping[ProductAddress, int] = field(default_factory=dict)


@value
class _Scene:
    """What every judgement of one tick is made from."""

    environment: str
    evidence: Evidence
    now: datetime
    ended: Mapping[ProductAddress, int]


def decide(
    environment: str,
    evidence: Evidence,
    statuses: Iterable[SloStatus],
    known: Incidents,
    now: datetime,
) -> Decision:
    """Give every broken promise, and every run that takes too long, its cause, and every cause one incident."""
    scene = _Scene(environment, evidence, now, known.ended)
    blamed = _blamed(scene, [s for s in statuses if s.state is SloState.BROKEN], known.open)
    standing = {incident.cause: incident for incident in known.open}
    judged = [
        _judge(scene, cause, standing.get(cause), blamed.get(cause, ())) for cause in sorted({*blamed, *standing})
    ]
    return Decision(
        tuple(incident for incident, _ in judged),
        tuple(Message(event, incident) for incident, event in judged if event is not None),
    )


def _blamed(
    scene: _Scene, broken: Sequence[SloStatus], known: Sequence[Incident]
) -> Mapping[ProductAddress, Sequence[Impact]]:
    """Return what each cause breaks."""
    needs = {s.needed for s in broken if s.needed is not None}
    late = {need: causes(scene.evidence, need, scene.now) for need in sorted(needs)}
    blamed: defaultdict[ProductAddress, list[Impact]] = defaultdict(list)
    for status in broken:
        impact = Impact(status.port, slo_name(status.slo), status.since or scene.now, status.reason)
        for cause in _to_blame(status, late) or _blamed_before(impact, known):
            blamed[cause].append(impact)
    for port, overrun in scene.evidence.overruns.items():
        blamed[port.product].append(Impact(port, RUN, overrun.at, overrun_text(overrun)))
    return blamed


def _to_blame(status: SloStatus, late: Mapping[datetime, Causes]) -> frozenset[ProductAddress]:
    """Return the causes of a broken promise; none while the product still has time to use what has just come."""
    itself = frozenset({status.port.product})
    if status.needed is None:
        return itself  # what is wrong in the data was let through here
    return late[status.needed].get(status.port.product, itself)


def _blamed_before(impact: Impact, known: Sequence[Incident]) -> frozenset[ProductAddress]:
    """Return the incidents that a promise belongs to while it catches up: nobody new is woken for it."""
    return frozenset(i.cause for i in known if impact.promise in {broken.promise for broken in i.broken})


def _judge(
    scene: _Scene, cause: ProductAddress, known: Incident | None, impacts: Sequence[Impact]
) -> tuple[Incident, Event | None]:
    if known is None:
        return _opened(scene, cause, impacts), Event.OPENED
    if not impacts:
        ended = tuple(replace(i, ended_at=i.ended_at or scene.now) for i in known.impacts)
        return replace(known, impacts=ended, resolved_at=scene.now, revision=known.revision + 1), Event.RESOLVED
    return _continued(scene, known, impacts)


def _opened(scene: _Scene, cause: ProductAddress, impacts: Sequence[Impact]) -> Incident:
    ordered = _ordered(impacts)
    first = ordered[0]
    # The same breach gives the same id, whichever of several monitors sees it first; one that returns gives another,
    # or receivers would take what is said about it for a repetition.
    breach: list[str | int] = [scene.environment, str(cause), str(first.port), first.slo, instant_text(first.since)]
    breach += [scene.ended.get(cause, 0)]
    incident = Incident(
        id=Digest.of(canonical(breach)).short,
        environment=scene.environment,
        cause=cause,
        reason=reason(scene.evidence, cause, impacts),
        since=first.since,
        opened_at=scene.now,
        impacts=ordered,
        owner=contact(scene.evidence.graph, cause),
    )
    return _informed(scene, incident)


def _continued(scene: _Scene, known: Incident, impacts: Sequence[Impact]) -> tuple[Incident, Event | None]:
    now_broken = {impact.promise: impact for impact in impacts}
    before = {impact.promise: impact for impact in known.impacts}
    gone = {p: replace(i, ended_at=i.ended_at or scene.now) for p, i in before.items() if p not in now_broken}
    is_news = not now_broken.keys() <= before.keys()
    failing = scene.evidence.failure(known.cause) is not None
    incident = replace(
        known,
        # A cause that has recovered has no reason any more; what was wrong is still what was wrong.
        reason=reason(scene.evidence, known.cause, impacts) if failing else known.reason,
        since=min(known.since, *(impact.since for impact in impacts)),
        impacts=_ordered((*gone.values(), *now_broken.values())),
        revision=known.revision + is_news,
    )
    return _informed(scene, incident), Event.UPDATED if is_news else None


def _informed(scene: _Scene, incident: Incident) -> Incident:
    hurt = sorted({impact.port.product for impact in incident.impacts} - {incident.cause})
    return replace(incident, inform=tuple(contact(scene.evidence.graph, product) for product in hurt))


def _ordered(impacts: Iterable[Impact]) -> tuple[Impact, ...]:
    return tuple(sorted(impacts, key=lambda impact: (impact.since, impact.port, impact.slo)))
