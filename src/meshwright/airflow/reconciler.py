"""Reconciler: the DAG of our own that starts what Airflow forgot to.

Every few minutes its one task asks the action which runs are missing, and triggers those of products that have none
queued or running: a paused product gets one, which starts when it is unpaused. The id of a run says what it is for, so
that the same news starts one run of each release at most, however many look. All goes through the API that tasks have:
no database of Airflow's, no credentials.
"""

import logging
import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from airflow.sdk import DAG, BaseOperator, Context, DeltaTriggerTimetable

from meshwright.airflow.operators import INTERVAL, here
from meshwright.model.errors import Refused
from meshwright.model.naming import RECONCILE, RECONCILER
from meshwright.model.time import instant_or_length

if TYPE_CHECKING:
    from meshwright.actions.reconcile import Due

log = logging.getLogger(__name__)

EVERY = "300s"
_UNFINISHED = ["queued", "running"]


def reconciler_dag(variables: Mapping[str, str] = os.environ) -> DAG:
    """Return the DAG that looks for missing runs as often as `MESH_RECONCILE` says."""
    dag = DAG(
        RECONCILER,
        schedule=DeltaTriggerTimetable(_every(variables)),
        start_date=datetime(2026, 1, 1, tzinfo=UTC),
        catchup=False,
        max_active_runs=1,
        is_paused_upon_creation=False,
        description="Starts the runs that no event has started, so that no publish is lost.",
        tags={"meshwright"},
    )
    ReconcileOperator(task_id=RECONCILE, retries=1, dag=dag)
    return dag


class ReconcileOperator(BaseOperator):
    """Triggers the runs that are missing."""

    def execute(self, context: Context) -> None:
        """Look once; what one product's Airflow refuses keeps no other from being started."""
        from meshwright.actions.reconcile import reconcile

        workspace, now = here()
        found = reconcile(workspace, now)
        idle: dict[str, bool] = {}
        for due in found.due:
            dag_id = str(due.product)
            if dag_id not in idle:
                idle[dag_id] = context["ti"].get_dr_count(dag_id=dag_id, states=_UNFINISHED) == 0
            if idle[dag_id]:
                _trigger(due, found.release.short)


def run_id(due: "Due", release: str) -> str:
    """Return the name of a run: what it is to build, and under which release."""
    of = "" if due.interval is None else f"{due.interval.start:%Y%m%dT%H%M%S}__"
    return f"reconciled__{of}{due.news.publish_id}__{release}"


def _trigger(due: "Due", release: str) -> None:
    """Start a run, unless there is one of this name; why Airflow will not is logged."""
    from airflow.sdk.exceptions import AirflowRuntimeError
    from airflow.sdk.execution_time import task_runner
    from airflow.sdk.execution_time.comms import ErrorResponse, TriggerDagRun

    run = run_id(due, release)
    conf = None if due.interval is None else {INTERVAL: str(due.interval)}
    try:
        answer = task_runner.SUPERVISOR_COMMS.send(TriggerDagRun(dag_id=str(due.product), run_id=run, conf=conf))
    except AirflowRuntimeError as error:
        log.warning("%s could not be started: %s", due.product, error)
        return
    if isinstance(answer, ErrorResponse):
        log.info("%s has had its run %s", due.product, run)
    else:
        log.info("started %s, which has not built what was published since %s", due.product, due.since)


def _every(variables: Mapping[str, str]) -> timedelta:
    text = variables.get("MESH_RECONCILE") or EVERY
    try:
        every = instant_or_length(text)
    except ValueError:
        every = None
    if not isinstance(every, timedelta):
        raise Refused(
            f"MESH_RECONCILE is `{text}`", hint="write how many seconds lie between two looks, such as `300s`"
        )
    return every
