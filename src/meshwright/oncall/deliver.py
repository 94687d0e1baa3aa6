"""Deliver: hand what is owed to the channels, at least once.

A message leaves the outbox when its channel has taken it. A channel that cannot take it now is asked again, ever more
rarely; what a channel will never take is kept as a dead letter, with the reason.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from meshwright.model.errors import MeshError
from meshwright.model.incident import Event, Incident, Message
from meshwright.model.time import instant_text
from meshwright.model.value import value
from meshwright.observe.outbox import Delivery, Envelope, Outbox
from meshwright.oncall.channels.protocol import Channel, Rejected, Unavailable

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)


@value
class Delivered:
    """How many messages were taken, will be tried again, and will never be taken."""

    sent: int = 0
    postponed: int = 0
    dead: int = 0


def deliver(outbox: Outbox, channels: Sequence[Channel], now: datetime) -> Delivered:
    """Hand over everything that is due."""
    by_name = {channel.name: channel for channel in channels}
    ends: list[Delivery] = []
    # One message an incident is due at a time; the next one is due once it has gone.
    while envelopes := outbox.claim(by_name, now):
        ends += [_hand_over(outbox, by_name[e.channel], e, now) for e in envelopes]
    return Delivered(ends.count(Delivery.SENT), ends.count(Delivery.PENDING), ends.count(Delivery.DEAD))


def repeat(channels: Iterable[Channel], incidents: Sequence[Incident], now: datetime) -> None:
    """Tell the channels that forget that these incidents are still open; one that fails is told with the next tick."""
    for channel in channels:
        if not channel.forgets:
            continue
        for incident in incidents:
            try:
                _send(channel, Message(Event.UPDATED, incident), now)
            except (Rejected, Unavailable) as error:
                log.warning("%s was not reminded of incident %s: %s", channel.name, incident.id, error)


def _hand_over(outbox: Outbox, channel: Channel, envelope: Envelope, now: datetime) -> Delivery:
    key = envelope.message.key
    try:
        _send(channel, envelope.message, now)
    except Unavailable as error:
        until = now + _pause(envelope.attempts, error.retry_after)
        outbox.postpone(envelope, until, error.message)
        log.warning("%s did not take %s, to be tried again at %s: %s", channel.name, key, instant_text(until), error)
        return Delivery.PENDING
    except Rejected as error:
        outbox.bury(envelope, error.message)
        log.error("%s will never take %s: %s", channel.name, key, error)  # noqa: TRY400  # its words, not its traceback
        return Delivery.DEAD
    outbox.sent(envelope)
    log.info("%s took %s", channel.name, key)
    return Delivery.SENT


def _send(channel: Channel, message: Message, now: datetime) -> None:
    """Send, and take a channel that breaks in a way of its own for one that cannot now: others are owed theirs.

    What broke is named by its kind alone: its words may hold a part of the channel's URL.
    """
    try:
        channel.send(message, now)
    except MeshError:
        raise
    except Exception as error:
        raise Unavailable(f"the channel broke: {type(error).__name__}") from error


def _pause(attempts: int, asked: timedelta | None) -> timedelta:
    doublings = min(attempts, 10)
    return min(max(FIRST_PAUSE * (1 << doublings), asked or timedelta()), LONGEST_PAUSE)
