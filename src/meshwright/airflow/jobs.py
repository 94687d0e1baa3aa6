"""Jobs: how does a task have an engine's service work for it, without holding a worker all the while?

It waits a little, then leaves the job to the triggerer, with the trigger of Airflow's Google provider, and comes back
when the job has ended: the same verb runs again and finds what was begun. So does a retry after a kill: which stage
the task has begun is in its state, which outlives a try, and begins anew when the run is cleared.
"""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseHook, Context
from airflow.sdk.exceptions import AirflowNotFoundException, TaskDeferred

from meshwright.airflow.links import link_key
from meshwright.engine.attendant import ALONE, Attendant
from meshwright.engine.services import WITH_JOBS
from meshwright.model.identity import PublishId
from meshwright.model.job import Job

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

    from meshwright.airflow.operators import Resumable

log = logging.getLogger(__name__)

GOOGLE = "google_cloud_default"
"""The connection that the Google provider's own operators use."""

PATIENCE = 15.0
"""Seconds that a job is waited for: to go away and come back takes a worker about as long."""

LOOK_AGAIN = 10.0
"""Seconds between two looks of the triggerer at a job."""


def attendant(engine: str, task: "Resumable", context: Context) -> Attendant:
    """Return for whom an engine works: this task, which knows of an earlier try what Airflow has kept of it."""
    if engine not in WITH_JOBS:
        return ALONE
    is_known = _is_known()
    state, key = context["task_state_store"], f"begun_{_cleared(context)}"
    begun = state.get(key)
    return Attendant(
        patience=None if task.stays or not is_known else PATIENCE,
        awaited=task.awaited,
        begun=None if begun is None else PublishId(str(begun)),
        remember=lambda publish_id: state.set(key, str(publish_id)),
        tell=_telling(task, context),
        credentials=credentials if is_known else None,
    )


def credentials(accounts: tuple[str, ...]) -> "Credentials":
    """Return what the connection proves that it may act as the last of some accounts with."""
    from airflow.providers.google.common.hooks.base_google import GoogleBaseHook

    return GoogleBaseHook(gcp_conn_id=GOOGLE, impersonation_chain=accounts or None).get_credentials()


def leave(task: "Resumable", job: Job) -> TaskDeferred:
    """Return what leaves a job to the triggerer, for as long as the task itself may take."""
    from airflow.providers.google.cloud.triggers.bigquery import BigQueryInsertJobTrigger

    trigger = BigQueryInsertJobTrigger(
        conn_id=GOOGLE,
        job_id=job.name,
        project_id=job.project,
        location=job.location,
        poll_interval=LOOK_AGAIN,
        impersonation_chain=list(job.accounts) or None,
    )
    longest = getattr(task, "execution_timeout", None)
    return TaskDeferred(trigger=trigger, method_name="resume", kwargs={"job": job.name}, timeout=longest)


def is_told(event: dict[str, Any] | None) -> bool:
    """Tell whether the triggerer has seen a job end well; else whoever comes back looks, and waits, for themselves."""
    return event is not None and event.get("status") == "success"


def _telling(task: "Resumable", context: Context) -> Callable[[Job], None]:
    def tell(job: Job) -> None:
        subject = f"{job.table.port.name}@{job.table.port.major}" if job.table else job.step
        task.pages = {**task.pages, subject: job.page}
        context["ti"].xcom_push(link_key(subject), job.page)

    return tell


def _is_known() -> bool:
    """Tell whether Airflow has the connection, without which its triggerer cannot look at jobs."""
    try:
        BaseHook.get_connection(GOOGLE)
    except AirflowNotFoundException:
        log.info("there is no connection `%s`: jobs are waited for here, with what Google's libraries find", GOOGLE)
        return False
    return True


def _cleared(context: Context) -> int:
    """Return how often the run was cleared: each time all begins anew."""
    run = context.get("dag_run")
    return getattr(run, "clear_number", None) or 0
