"""Operators: the three tasks of a run, as calls of actions. No logic of ours lives here.

What an action raises decides what Airflow does: what is not ready is looked at again until the wait is over, a
transient error is retried, a final one fails without a retry, and a run that has nothing new is skipped.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import Asset, BaseOperator, BaseSensorOperator, Context, PokeReturnValue
from airflow.sdk.exceptions import AirflowFailException, AirflowSensorTimeout, AirflowSkipException

from meshwright.actions import run
from meshwright.actions.ending import break_down, give_up
from meshwright.actions.logs import about
from meshwright.actions.workspace import Workspace, released_workspace
from meshwright.airflow.connections import worker_connections, worker_keys
from meshwright.model.address import product_address
from meshwright.model.errors import FinalError, InputsNotReady, NothingNew, SourceNotReady, TransientError
from meshwright.model.identity import PublishId
from meshwright.model.naming import STAGE, asset_uri
from meshwright.model.product import CronSchedule, InputsSchedule
from meshwright.model.time import Interval, instant_text
from meshwright.release.record import Record

log = logging.getLogger(__name__)

RETRIES = 3
"""How often a transient error is tried again: a lock, a store that answers slowly."""
FIRST_LOOK, LAST_LOOK = timedelta(seconds=5), timedelta(minutes=1)
"""What is not ready is looked at again after the first, then ever more slowly, at least after the last."""


class StageOperator(BaseSensorOperator):
    """Builds all ports of a product privately, as soon as its sources and inputs are ready; gives the publish id.

    A sensor, because waiting is its business: between two looks it holds no worker.
    """

    def __init__(self, *, record: Record, **settings: Any) -> None:
        schedule = record.product.schedule
        waits = schedule.wait_at_most if isinstance(schedule, CronSchedule) else timedelta(hours=1)
        super().__init__(
            mode="reschedule", poke_interval=FIRST_LOOK, exponential_backoff=True, max_wait=LAST_LOOK,
            timeout=waits, **settings,
        )  # fmt: skip
        self.record = record
        self.missing: TransientError = SourceNotReady("the source was never looked at")

    def execute(self, context: Context) -> Any:
        """Look until the wait is over; a run that waited in vain fails with the reason, without a retry."""
        try:
            return super().execute(context)
        except AirflowSensorTimeout:
            with outcome(self.record, context) as (workspace, now):
                give_up(workspace, self.record.product.address, self.missing, now)

    def poke(self, context: Context) -> PokeReturnValue:
        """Stage, unless something is not ready yet."""
        with outcome(self.record, context) as (workspace, now):
            try:
                staged = run.stage(workspace, self.record, _interval(context), now)
            except (SourceNotReady, InputsNotReady) as error:
                self._skip_what_a_publish_starts(error)
                self.missing = error
                log.info("not ready yet: %s", error.message)
                return PokeReturnValue(is_done=False)
        return PokeReturnValue(is_done=True, xcom_value=str(staged.publish_id))

    def _skip_what_a_publish_starts(self, missing: TransientError) -> None:
        """Wait for no input that will start a run by publishing: that one goes at once, this one would look later."""
        if isinstance(missing, InputsNotReady) and isinstance(self.record.product.schedule, InputsSchedule):
            raise AirflowSkipException(missing.message)


class CheckOperator(BaseOperator):
    """Holds what was staged against its contracts."""

    def __init__(self, *, record: Record, **settings: Any) -> None:
        super().__init__(**settings)
        self.record = record

    def execute(self, context: Context) -> None:
        """Check; a check that blocks fails the run and leaves what is published untouched."""
        with outcome(self.record, context) as (workspace, now):
            run.check(workspace, self.record, _publish_id(context), now)


class PublishOperator(BaseOperator):
    """Makes what was staged and checked visible, and tells the consumers through each port's asset."""

    def __init__(self, *, record: Record, outlets: list[Asset], **settings: Any) -> None:
        super().__init__(outlets=outlets, **settings)
        self.record = record

    def execute(self, context: Context) -> None:
        """Publish; a retry of what was published already does nothing but tell again."""
        with outcome(self.record, context) as (workspace, now):
            publish = run.publish(workspace, self.record, _publish_id(context), now)
        rows = {asset_uri(port): count for port, count in publish.ports.items()}
        for asset in self.outlets:
            context["outlet_events"][asset].extra = {
                "publish_id": str(publish.publish_id),
                "rows": rows.get(asset.uri, 0),
                "watermark": instant_text(publish.watermark),
            }


class BrokenOperator(BaseOperator):
    """Stands for a product that its release does not hold as it should: fails with the reason."""

    def __init__(self, *, reason: str, **settings: Any) -> None:
        super().__init__(**settings)
        self.reason = reason

    def execute(self, context: Context) -> None:  # noqa: ARG002  # Airflow's signature
        """Fail, without a retry."""
        raise AirflowFailException(self.reason)


def remember(context: Context) -> None:
    """Remember a task that failed for good; what an action has raised, it has remembered itself."""
    error = context.get("exception")
    if not isinstance(error, AirflowFailException):
        workspace, now = _here()
        task = context["ti"]
        break_down(workspace, product_address(task.dag_id), task.task_id, error, now)


@contextmanager
def outcome(record: Record, context: Context) -> Iterator[tuple[Workspace, datetime]]:
    """Give an action its workspace and its moment; turn what it raises into what Airflow does."""
    workspace, now = _here()
    with about(release=record.release.short, address=record.product.address, run=context["run_id"]):
        try:
            yield workspace, now
        except NothingNew as error:
            raise AirflowSkipException(error.message) from None
        except FinalError as error:
            raise AirflowFailException(f"{error.message}\n{error.hint}".rstrip()) from error


def _here() -> tuple[Workspace, datetime]:
    workspace = released_workspace(os.environ, worker_connections(), worker_keys())
    return workspace, workspace.settings.clock(datetime.now(UTC))  # noqa: TID251  # this is the edge


def _interval(context: Context) -> Interval | None:
    """Return the data interval of a cron run; a run that inputs have started has none."""
    start, end = context.get("data_interval_start"), context.get("data_interval_end")
    return None if start is None or end is None else Interval(_plain(start), _plain(end))


def _plain(instant: datetime) -> datetime:
    """Return an instant of Airflow's, whose class brings an arithmetic of its own, as Python's."""
    return datetime.fromtimestamp(instant.timestamp(), UTC)


def _publish_id(context: Context) -> PublishId:
    return PublishId(context["ti"].xcom_pull(task_ids=STAGE))
