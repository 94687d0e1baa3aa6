"""Observations: what was really delivered, remembered.

Facts are appended, at most once each; judgements (states, incidents, what is owed to channels) change in one
transaction. Synthetic data is remembered and shown, and never part of a history.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from meshwright.model.address import PortAddress, ProductAddress
from meshwright.model.errors import Busy
from meshwright.model.identity import Digest, PublishId, Secret
from meshwright.model.incident import Incident, Message
from meshwright.model.observation import Failure, Overrun, PortHistory, Reading, Use, Usual
from meshwright.model.publish import CheckResult, Publish
from meshwright.model.slo import Slo, StateInterval
from meshwright.model.value import value
from meshwright.observe import facts, histories, outbox, standing
from meshwright.observe import readings as found
from meshwright.observe.database import Database
from meshwright.observe.histories import Latest
from meshwright.observe.outbox import Outbox


@value
class Judgement:
    """What one look at the facts changes: states that ended and began, incidents, and what is to be said to whom.

    `known` are the open incidents that it was made from.
    """

    intervals: tuple[StateInterval, ...] = ()
    incidents: tuple[Incident, ...] = ()
    messages: tuple[Message, ...] = ()
    channels: tuple[str, ...] = ()
    known: tuple[Incident, ...] = ()


class Observations:
    """The database of one environment. `url` is an SQLAlchemy URL: `sqlite:///…` or `postgresql://…`."""

    def __init__(self, url: Secret) -> None:
        self._database = Database(url)

    @property
    def outbox(self) -> Outbox:
        """What is owed to channels."""
        return Outbox(self._database)

    def migrate(self) -> None:
        """Bring the schema up to date; the first use does so too. Safe from many processes at once."""
        self._database.migrate()

    def record_activation(self, promises: Mapping[PortAddress, tuple[Slo, ...]], release: Digest, at: datetime) -> None:
        """Remember that a release made these ports, with these SLOs, the ones that run."""
        with self._database.writing() as connection:
            facts.add_activation(connection, promises, release, at)

    def move_activations(self, ports: Mapping[PortAddress, datetime]) -> None:
        """Let the promises of these ports count from an earlier moment than their deployment."""
        with self._database.writing() as connection:
            facts.move_activations(connection, ports)

    def record_publish(self, *publishes: Publish) -> None:
        """Remember publishes."""
        with self._database.writing() as connection:
            facts.add_publishes(connection, publishes)

    def record_checks(
        self, publish_id: PublishId, results: Iterable[CheckResult], at: datetime, *, synthetic: bool = False
    ) -> None:
        """Remember what the checks of one stage found; `synthetic`: in data that was made up."""
        with self._database.writing() as connection:
            facts.add_checks(connection, publish_id, results, at, synthetic=synthetic)

    def record_failure(self, failure: Failure) -> None:
        """Remember that a run ended without a publish."""
        with self._database.writing() as connection:
            facts.add_failure(connection, failure)

    def record_overrun(self, overrun: Overrun) -> None:
        """Remember that a run takes too long."""
        with self._database.writing() as connection:
            facts.add_overrun(connection, overrun)

    def record_readings(self, *readings: Reading) -> None:
        """Remember that ports were read."""
        with self._database.writing() as connection:
            found.add_readings(connection, readings)

    def record_days(self, days: Iterable[date], readings: Iterable[Reading]) -> None:
        """Remember what a warehouse's log of jobs says of whole days."""
        with self._database.writing() as connection:
            found.add_counted(connection, days, readings)

    def uncounted(self, today: date, most: int) -> tuple[date, ...]:
        """Return the days before `today`, so many at most, that no log of jobs was asked for."""
        with self._database.reading() as connection:
            return found.read_uncounted(connection, today, most)

    def use(self, since: date) -> Mapping[PortAddress, Use] | None:
        """Return how often ports were read since a day, of those that were; None where nobody has ever counted."""
        with self._database.reading() as connection:
            return found.read_use(connection, since) if found.was_counted(connection) else None

    def unrecorded(self, publishes: Sequence[Publish]) -> tuple[Publish, ...]:
        """Return those of the publishes that are not remembered."""
        with self._database.reading() as connection:
            return facts.unrecorded(connection, publishes)

    def histories(
        self, ports: Iterable[PortAddress], since: datetime, now: datetime
    ) -> Mapping[PortAddress, PortHistory]:
        """Return the histories, from `since` until `now`, of those ports that were ever activated."""
        with self._database.reading() as connection:
            return histories.read_histories(connection, ports, since, now)

    def latest(self, products: Iterable[ProductAddress]) -> Mapping[ProductAddress, Latest]:
        """Return the last publish, and the failure and overrun after it, of those products that ever ran."""
        with self._database.reading() as connection:
            return histories.read_latest(connection, products)

    def usual(self, products: Iterable[ProductAddress]) -> Mapping[ProductAddress, Usual]:
        """Return what a run of these products usually takes, of those that ever published real data."""
        with self._database.reading() as connection:
            return histories.read_usual(connection, products)

    def standing(self) -> Mapping[tuple[PortAddress, str], StateInterval]:
        """Return the state of every SLO that was ever judged, and since when."""
        with self._database.reading() as connection:
            return standing.read_standing(connection)

    def intervals(self, port: PortAddress, since: datetime) -> tuple[StateInterval, ...]:
        """Return the states of a port's SLOs that lasted beyond `since`, oldest first."""
        with self._database.reading() as connection:
            return standing.read_intervals(connection, port, since)

    def open_incidents(self) -> tuple[Incident, ...]:
        """Return the incidents that are not resolved, oldest first."""
        with self._database.reading() as connection:
            return standing.read_open_incidents(connection)

    def ended_incidents(self) -> dict[ProductAddress, int]:
        """Return how many incidents of each cause were resolved."""
        with self._database.reading() as connection:
            return standing.count_ended_incidents(connection)

    def settle(self, judgement: Judgement, now: datetime) -> None:
        """Change states and incidents, and owe what is to be said about it: all of it or nothing.

        Raises `Busy` when another monitor has changed the incidents since they were looked at.
        """
        with self._database.judging() as connection:
            if standing.read_open_incidents(connection) != judgement.known:
                raise Busy("another monitor has judged at the same time", hint="the next look sees what it found")
            standing.write_intervals(connection, judgement.intervals)
            standing.write_incidents(connection, judgement.incidents)
            outbox.owe(connection, judgement.messages, judgement.channels, now)

    def prune(self, before: datetime) -> int:
        """Forget what ended before `before`; never a product's newest data. Returns how many rows went."""
        with self._database.writing() as connection:
            dropped = (facts.drop_facts, standing.drop_standing, outbox.drop_delivered)
            return sum(drop(connection, before) for drop in dropped) + found.drop_readings(connection, before.date())
