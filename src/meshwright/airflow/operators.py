"""Operators: the three tasks of a run, as calls of actions. No logic of ours lives here.

What an action raises decides what Airflow does: what is not ready is looked at again until the wait is over, a job
that goes on is left to the triggerer, a transient error is retried, a final one fails without a retry, and a run that
has nothing new is skipped.
"""

import logging
import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from airflow.sdk import Asset, BaseOperator, BaseOperatorLink, BaseSensorOperator, Context, PokeReturnValue
from airflow.sdk.exceptions import (
    AirflowFailException,
    AirflowSensorTimeout,
    AirflowSkipException,
    AirflowTaskTimeout,
    TaskDeferralTimeout,
)

from meshwright.model.errors import (
    Corrupt,
    FinalError,
    InputsNotReady,
    NothingNew,
    SourceNotReady,
    TransientError,
    Underway,
)
from meshwright.model.naming import PUBLISH, STAGE

if TYPE_CHECKING:  # what runs a task is loaded when it runs: every task also parses, and every parse has operators
    from airflow.providers.openlineage.extractors import OperatorLineage

    from meshwright.model.address import PortAddress
    from meshwright.model.identity import PublishId
    from meshwright.model.product import Schedule
    from meshwright.model.publish import Partitions, Publish
    from meshwright.model.time import Interval
    from meshwright.release.record import Record
    from meshwright.workspace.workspace import Workspace

log = logging.getLogger(__name__)

INTERVAL = "interval"
"""What a run may be asked for when it is triggered: `{"interval": "start/end"}`."""
LONGEST_NAME = 250
"""How long the key of a partition may be to Airflow."""
FIRST_LOOK, LAST_LOOK = timedelta(seconds=5), timedelta(minutes=1)
"""What is not ready is looked at again after the first, then ever more slowly, at least after the last."""


class Pinned(NamedTuple):
    """The product of a release that a DAG was built from; its record is read, and verified, by the task."""

    folder: Path
    release: str
    product: str

    def record(self) -> "Record":
        """Return the product as it was released. Raises `NotFound` or `Corrupt`."""
        from meshwright.model.address import product_address
        from meshwright.model.identity import Digest
        from meshwright.release.read import read_record

        return read_record(self.folder, Digest(self.release), product_address(self.product))


class Work(NamedTuple):
    """What an action is called with."""

    workspace: "Workspace"
    record: "Record"
    now: datetime


class Resumable:
    """What may leave a job to the triggerer, and comes back to the same verb. `jobs` are the subjects of its links.

    What a task has only while it runs is said of the class: of each task that is parsed, Airflow keeps every attribute.
    """

    pinned: Pinned
    operator_extra_links: Collection[BaseOperatorLink]
    awaited: str | None = None
    stays = False
    pages: Mapping[str, str] = MappingProxyType({})

    def shows(self, jobs: tuple[str, ...]) -> None:
        """Have a link for each subject that jobs may have."""
        if jobs:
            from meshwright.airflow.links import JobLink

            self.operator_extra_links = tuple(map(JobLink, jobs))

    def resume(self, context: Context, event: dict[str, Any] | None = None, job: str | None = None) -> Any:
        """Go on when a job has ended, or the triggerer could not look at it: then it is waited for here."""
        from meshwright.airflow.jobs import is_told

        self.awaited, self.stays = job, not is_told(event)
        return self.execute(context)  # type: ignore[attr-defined]  # of the operator that this is


class StageOperator(Resumable, BaseSensorOperator):
    """Builds all ports of a product privately, as soon as its sources and inputs are ready; gives the publish id.

    A sensor, because waiting is its business: between two looks it holds no worker.
    """

    missing: TransientError  # at the last look: a wait is over after one, never before

    def __init__(self, *, pinned: Pinned, wait: timedelta, jobs: tuple[str, ...] = (), **settings: Any) -> None:
        super().__init__(
            mode="reschedule", poke_interval=FIRST_LOOK, exponential_backoff=True, max_wait=LAST_LOOK,
            timeout=wait, **settings,
        )  # fmt: skip
        self.pinned = pinned
        self.shows(jobs)

    def execute(self, context: Context) -> Any:
        """Look until the wait is over; a run that waited in vain fails with the reason, without a retry."""
        try:
            return super().execute(context)
        except AirflowSensorTimeout:
            from meshwright.actions.ending import give_up

            with outcome(self, context) as work:
                give_up(work.workspace, work.record.product.address, self.missing, work.now)

    def poke(self, context: Context) -> PokeReturnValue:
        """Stage, unless something is not ready yet."""
        from meshwright.actions import run

        with outcome(self, context) as work:
            try:
                staged = run.stage(work.workspace, work.record, interval_asked(context, work.now), work.now)
            except (SourceNotReady, InputsNotReady) as error:
                _skip_what_a_publish_starts(error, work.record.product.schedule)
                self.missing = error
                log.info("not ready yet: %s", error.message)
                return PokeReturnValue(is_done=False)
        return PokeReturnValue(is_done=True, xcom_value=str(staged.publish_id))


class CheckOperator(Resumable, BaseOperator):
    """Holds what was staged against its contracts."""

    def __init__(self, *, pinned: Pinned, jobs: tuple[str, ...] = (), **settings: Any) -> None:
        super().__init__(**settings)
        self.pinned = pinned
        self.shows(jobs)

    def execute(self, context: Context) -> None:
        """Check; a check that blocks fails the run and leaves what is published untouched."""
        from meshwright.actions import run

        with outcome(self, context) as work:
            run.check(work.workspace, work.record, _publish_id(context), work.now)


class PublishOperator(Resumable, BaseOperator):
    """Makes what was staged and checked visible, and tells the consumers through each port's asset.

    A port whose partitions have names has a second asset: an event for each partition that was written. It is one
    event without a partition where they are too many to be named, or none was written.
    """

    published: "Publish | None" = None

    def __init__(self, *, pinned: Pinned, outlets: list[Asset], jobs: tuple[str, ...] = (), **settings: Any) -> None:
        super().__init__(outlets=outlets, **settings)
        self.pinned = pinned
        self.shows((*jobs, PUBLISH) if jobs else ())

    def execute(self, context: Context) -> None:
        """Publish; a retry of what was published already does nothing but tell again."""
        from meshwright.actions import run
        from meshwright.actions.announce import announce
        from meshwright.actions.grant import grant
        from meshwright.model.naming import asset_uri, partitions_uri
        from meshwright.model.time import instant_text

        with outcome(self, context) as work:
            asked = interval_asked(context, work.now)
            publish = run.publish(work.workspace, work.record, _publish_id(context), asked, work.now)
            grant(work.workspace, work.record.product, work.now)
            announce(work.workspace, work.record.product, publish)
        self.published = publish
        ports = {asset_uri(port): port for port in publish.ports}
        partitions = {partitions_uri(port): port for port in publish.ports}
        for asset in self.outlets:
            port = ports.get(asset.uri) or partitions[asset.uri]
            event = context["outlet_events"][asset]
            event.extra = {
                "publish_id": str(publish.publish_id),
                "rows": publish.ports[port],
                "watermark": instant_text(publish.watermark),
            }
            if asset.uri in partitions:
                _tell_partitions(event, port, publish.partitions(port))

    def get_openlineage_facets_on_complete(self, ti: object) -> "OperatorLineage[Any, Any] | None":  # noqa: ARG002  # Airflow's
        """Return what was read and written, down to the column; Airflow asks where OpenLineage has a transport."""
        from meshwright.airflow.lineage import told
        from meshwright.interop.openlineage import flow

        return told(flow(self.pinned.record().contents, self.published)) if self.published else None


def _tell_partitions(event: Any, port: "PortAddress", written: "Partitions") -> None:
    """Have an event for each partition that has a name which Airflow takes."""
    names = [name for name in written.names if name.strip() and len(name) <= LONGEST_NAME]
    event.add_partitions(names)
    event.extra |= {"partitions": written.number}
    if len(names) < written.number:
        log.warning("%s: %s partitions were written, %s are told by name", port, written.number, len(names))


class BrokenOperator(BaseOperator):
    """Stands for a task of a product that its release does not hold as it should: fails with the reason."""

    def __init__(self, *, reason: str, **settings: Any) -> None:
        super().__init__(**settings)
        self.reason = reason

    def execute(self, context: Context) -> None:
        """Fail, without a retry; on-call reads why."""
        _note(context, Corrupt(self.reason))
        raise AirflowFailException(self.reason)


def remember(context: Context) -> None:
    """Remember a task that failed for good; what an action has raised, it has remembered itself."""
    error = context.get("exception")
    if not isinstance(error, AirflowFailException):
        _note(context, _told(error, context))


def _note(context: Context, error: BaseException | None) -> None:
    from meshwright.actions.ending import break_down
    from meshwright.model.address import product_address

    task, (workspace, now) = context["ti"], here()
    break_down(workspace, product_address(task.dag_id), task.task_id, error, now)


def _told(error: object, context: Context) -> BaseException | None:
    """Return what a task failed with as on-call may read it; None where its process was killed."""
    longest = context["task"].execution_timeout if "task" in context else None
    # What Airflow raises of a sensor whose job took too long; where an input did, `execute` gives up by itself.
    if longest is not None and isinstance(error, AirflowTaskTimeout | TaskDeferralTimeout | AirflowSensorTimeout):
        from meshwright.model.time import length_text

        return TimeoutError(f"it was stopped after {length_text(longest)}, its `timeout`")
    return error if isinstance(error, BaseException) else None


@contextmanager
def outcome(task: Resumable, context: Context) -> Iterator[Work]:
    """Give an action what it works on; turn what it raises into what Airflow does."""
    from meshwright.airflow.jobs import attendant, leave
    from meshwright.workspace.logs import about

    workspace, now = here()
    pinned = task.pinned
    with about(release=pinned.release[:12], address=pinned.product, run=context["run_id"]):
        try:
            attended = replace(workspace, attendant=attendant(workspace.settings.engine, task, context))
            yield Work(attended, _released(pinned, workspace, context), now)
        except Underway as error:
            log.info("%s, and is looked at by the triggerer", error.message)
            raise leave(task, error.job) from None
        except NothingNew as error:
            raise AirflowSkipException(error.message) from None
        except FinalError as error:
            raise AirflowFailException(f"{error.message}\n{error.hint}".rstrip()) from error


def _released(pinned: Pinned, workspace: "Workspace", context: Context) -> "Record":
    """Return the product as it was released; remember why nothing runs where it was revoked, or changed since."""
    from meshwright.airflow.revoked import refuse_revoked

    try:
        refuse_revoked(pinned, workspace)
        return pinned.record()
    except FinalError as error:
        _note(context, error)
        raise


def _skip_what_a_publish_starts(missing: TransientError, schedule: "Schedule") -> None:
    """Wait for no input that will start a run by publishing: that one goes at once, this one would look later."""
    from meshwright.model.product import InputsSchedule

    if isinstance(missing, InputsNotReady) and isinstance(schedule, InputsSchedule):
        raise AirflowSkipException(missing.message)


def here() -> tuple["Workspace", datetime]:
    """Return the workspace of this environment, as its variables say, and the moment."""
    from meshwright.airflow.connections import worker_connections, worker_keys
    from meshwright.workspace.workspace import released_workspace

    workspace = released_workspace(os.environ, worker_connections(), worker_keys())
    return workspace, workspace.settings.clock(datetime.now(UTC))  # noqa: TID251  # this is the edge


def interval_asked(context: Context, now: datetime) -> "Interval | None":
    """Return the interval that a run is to build; None where its schedule and inputs are to give it.

    It is what the run was triggered with, else its data interval. Somebody who triggers a run gets what Airflow
    guesses: for what inputs drive an interval without any time in it, where clocks change one that ends before it
    starts, or one that is not over.
    """
    from meshwright.model.time import Interval, interval

    run = context.get("dag_run")
    asked = run.conf.get(INTERVAL) if run is not None and run.conf else None
    if asked is not None:
        try:
            return interval(asked)
        except (ValueError, TypeError, AttributeError) as error:
            raise AirflowFailException(f"the run was asked for {INTERVAL} {asked!r}: {error}") from None
    start, end = context.get("data_interval_start"), context.get("data_interval_end")
    if start is None or end is None or not start < end <= now:
        return None
    return Interval(_plain(start), _plain(end))


def _plain(instant: datetime) -> datetime:
    """Return an instant of Airflow's, whose class brings an arithmetic of its own, as Python's."""
    return datetime.fromtimestamp(instant.timestamp(), UTC)


def _publish_id(context: Context) -> "PublishId":
    from meshwright.model.identity import PublishId

    return PublishId(context["ti"].xcom_pull(task_ids=STAGE))
