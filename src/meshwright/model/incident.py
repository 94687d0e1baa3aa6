"""Incident: the one product that is the cause of broken promises, whom it hurts, and what is said about it."""

from datetime import datetime
from enum import StrEnum

from meshwright.model.address import PortAddress, ProductAddress
from meshwright.model.product import SupportChannel
from meshwright.model.value import value


@value
class Impact:
    """One broken promise: which SLO of which port, how, since when, and until when it was the incident's doing."""

    port: PortAddress
    slo: str
    since: datetime
    reason: str
    ended_at: datetime | None = None

    @property
    def promise(self) -> tuple[PortAddress, str]:
        """Which SLO it is, whenever it breaks."""
        return self.port, self.slo


@value
class Contact:
    """Who answers for a product: a person, where the mesh names one, and where to ask."""

    product: ProductAddress
    username: str | None = None
    name: str = ""
    email: str = ""
    support: tuple[SupportChannel, ...] = ()


@value
class Incident:
    """One cause, and every promise that it breaks.

    `since` is when the first of them broke; `owner` answers for the cause, `inform` for the other products that it
    hurts. `revision` counts what was said about it, from 1. Impacts that ended stay in it.
    """

    id: str
    environment: str
    cause: ProductAddress
    reason: str
    since: datetime
    opened_at: datetime
    impacts: tuple[Impact, ...]
    owner: Contact
    inform: tuple[Contact, ...] = ()
    revision: int = 1
    resolved_at: datetime | None = None

    @property
    def broken(self) -> tuple[Impact, ...]:
        """The promises that it still breaks."""
        return tuple(impact for impact in self.impacts if impact.ended_at is None)


class Event(StrEnum):
    """Why something is said: only `opened` wakes anybody."""

    OPENED = "opened"
    UPDATED = "updated"
    RESOLVED = "resolved"


@value
class Message:
    """What is said once about an incident, to every channel."""

    event: Event
    incident: Incident

    @property
    def key(self) -> str:
        """The same for every attempt to deliver it, so that receivers can tell a repetition."""
        return f"{self.incident.id}-{self.incident.revision}"
