"""Observation: what was really delivered, as facts with the time at which they became true."""

from datetime import date, datetime, timedelta

from meshwright.model.address import PortAddress, ProductAddress
from meshwright.model.identity import Digest, PublishId
from meshwright.model.time import Interval, Watermark
from meshwright.model.value import value


@value
class Landing:
    """A publish of an interval became readable at `landed_at`, complete up to `watermark`.

    Beyond a gap the interval ends later than the watermark. `restored`: an earlier publish was brought back, and what
    had landed after it is there no more.
    """

    landed_at: datetime
    watermark: Watermark
    interval: Interval | None = None
    restored: bool = False


@value
class ChecksRan:
    """A stage's checks of one port: how many passed, of how many, and the names of those that failed."""

    at: datetime
    passed: int
    ran: int
    failed: tuple[str, ...] = ()


@value
class Failure:
    """A run of a product ended without a publish: at which step, and why, in the words of its error.

    `waiting`: what it reads, a source or another product, had not been delivered; it may be looking again.
    """

    product: ProductAddress
    at: datetime
    step: str
    reason: str
    publish_id: PublishId | None = None
    waiting: bool = False


@value
class Overrun:
    """A run of a product had not ended at `at`, `limit` after it was queued."""

    product: ProductAddress
    run: str
    at: datetime
    limit: timedelta


@value
class Reading:
    """Somebody has read a port so often on one day.

    `reader` tells people apart on that day and on no other: neither who they are is kept, nor whether they come back.
    """

    port: PortAddress
    day: date
    reader: str
    reads: int

    @classmethod
    def by(cls, who: str, port: PortAddress, day: date, reads: int = 1) -> "Reading":
        """Return that somebody has read a port; who they are goes no further."""
        return cls(port, day, Digest.of(f"{day.isoformat()} {who}".encode()).hex[:READER], reads)


COUNTED = timedelta(days=28)
"""The last days of which is told how often ports were read."""

READER = 16
"""How many digits of a digest tell the readers of a day apart."""


@value
class Use:
    """How often a port was read in some days: on how many of them, and by how many people on the busiest."""

    reads: int
    days: int
    readers: int


@value
class PortHistory:
    """All that an SLO is judged by, oldest first. Synthetic publishes are not in it.

    `activated_at` is when the port was first deployed: before it there was no promise. `last_failure` and `overrun` are
    None once a publish has followed them.
    """

    port: PortAddress
    activated_at: datetime
    landings: tuple[Landing, ...] = ()
    checks: tuple[ChecksRan, ...] = ()
    last_failure: Failure | None = None
    overrun: Overrun | None = None


@value
class Usual:
    """What a run of a product usually takes: `length` is the median of its last `runs`, all of them on real data.

    `billed` is the median of the bytes that they were billed for; None where the engine bills none.
    """

    length: timedelta
    runs: int
    billed: int | None = None
