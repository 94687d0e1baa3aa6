"""Channel: what every way out does, and the two ways in which it can fail."""

from datetime import datetime, timedelta
from typing import Protocol

from meshwright.model.errors import FinalError, TransientError
from meshwright.model.incident import Message


class Rejected(FinalError):
    """The channel will never take this message."""


class Unavailable(TransientError):
    """The channel cannot take the message now; `retry_after` is how long it asks to be left alone, if it says."""

    def __init__(self, message: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Channel(Protocol):
    """A way out. `send` may be called more than once for the same message: receivers know it by its key."""

    @property
    def name(self) -> str:
        """What the outbox calls it."""

    @property
    def forgets(self) -> bool:
        """Tell whether an open incident must be repeated with every tick, lest the receiver takes it for resolved."""

    def send(self, message: Message, now: datetime) -> None:
        """Hand the message over. Raises `Rejected` or `Unavailable`."""
