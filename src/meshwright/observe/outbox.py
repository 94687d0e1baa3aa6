"""Outbox: messages that are owed to channels, written with the state that they speak of.

A message is claimed for a while before it is sent, so that two monitors do not send it at once; a sender that dies lets
the claim run out and the message is sent again. For one channel and incident the oldest message goes first: nobody
reads of a recovery before the trouble.
"""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from meshwright.model import codec
from meshwright.model.incident import Message
from meshwright.model.value import value
from meshwright.observe.database import Database
from meshwright.observe.facts import append, document
from meshwright.observe.tables import outbox

CLAIM = timedelta(minutes=2)
"""How long a claimed message is left to its sender: longer than any channel takes to answer."""


class Delivery(StrEnum):
    """What became of a message."""

    PENDING = "pending"
    SENT = "sent"
    DEAD = "dead"


@value
class Envelope:
    """One message on its way to one channel; `attempts` were made before this one."""

    id: int
    channel: str
    message: Message
    attempts: int


@value
class Backlog:
    """What has not been delivered: how much waits, since when, and how much never will be."""

    pending: int
    oldest: datetime | None
    dead: int


class Outbox:
    """The messages of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, channels: Iterable[str], now: datetime) -> tuple[Envelope, ...]:
        """Take the messages to these channels that are due, oldest first."""
        with self._database.writing() as connection:
            owed = outbox.alias()
            first = (
                select(func.min(owed.c.id))
                .where(owed.c.state == Delivery.PENDING.value)
                .group_by(owed.c.channel, owed.c.incident)
                .scalar_subquery()
            )
            due = (
                select(outbox.c.id, outbox.c.channel, outbox.c.document, outbox.c.attempts)
                .where(outbox.c.id.in_(first), outbox.c.channel.in_(sorted(channels)))
                .where(outbox.c.next_attempt_at <= now)
                .order_by(outbox.c.id)
                .with_for_update(skip_locked=True)  # SQLite has one writer and leaves this out
            )
            rows = connection.execute(due).all()
            claimed = update(outbox).where(outbox.c.id.in_([row.id for row in rows]))
            connection.execute(claimed.values(next_attempt_at=now + CLAIM, attempts=outbox.c.attempts + 1))
        return tuple(
            Envelope(row.id, row.channel, codec.load(Message, json.loads(row.document)), row.attempts) for row in rows
        )

    def sent(self, envelope: Envelope) -> None:
        """Note that the channel took the message."""
        self._note(envelope, state=Delivery.SENT.value, error="")

    def postpone(self, envelope: Envelope, until: datetime, error: str) -> None:
        """Note that the channel could not take the message now."""
        self._note(envelope, next_attempt_at=until, error=error)

    def bury(self, envelope: Envelope, error: str) -> None:
        """Note that the channel will never take the message."""
        self._note(envelope, state=Delivery.DEAD.value, error=error)

    def backlog(self) -> Backlog:
        """Return what has not been delivered."""
        asked = select(outbox.c.state, func.count(), func.min(outbox.c.created_at)).group_by(outbox.c.state)
        with self._database.reading() as connection:
            found = {state: (count, oldest) for state, count, oldest in connection.execute(asked)}
        pending, oldest = found.get(Delivery.PENDING.value, (0, None))
        dead, _ = found.get(Delivery.DEAD.value, (0, None))
        return Backlog(pending, oldest, dead)

    def _note(self, envelope: Envelope, **values: Any) -> None:
        with self._database.writing() as connection:
            connection.execute(update(outbox).where(outbox.c.id == envelope.id).values(**values))


def owe(connection: Connection, messages: Iterable[Message], channels: Iterable[str], now: datetime) -> None:
    """Owe every message to every channel, from this transaction on."""
    names = tuple(channels)
    rows = [
        {
            "channel": channel,
            "key": message.key,
            "incident": message.incident.id,
            "document": document(codec.dump(message)),
            "state": Delivery.PENDING.value,
            "attempts": 0,
            "created_at": now,
            "next_attempt_at": now,
            "error": "",
        }
        for message in messages
        for channel in names
    ]
    append(connection, outbox, rows)


def drop_delivered(connection: Connection, before: datetime) -> int:
    """Delete what was sent or buried, and made before `before`. Returns how many rows went."""
    gone = delete(outbox).where(outbox.c.created_at < before, outbox.c.state != Delivery.PENDING.value)
    return connection.execute(gone).rowcount
