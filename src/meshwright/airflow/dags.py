"""DAGs: one product of a release as the DAG that runs it. Pure: everything was resolved when the release was cut.

A product that runs when its inputs publish is started by *any* of them, also where it needs news from all: Airflow
forgets which publishes it has waited for as soon as a run is queued, so that waiting there would lose updates. What is
new, and for how long, follows from the watermarks; a run that finds nothing new is skipped (docs/decisions/0040).
"""

from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, Asset, AssetAny, CronDataIntervalTimetable

from meshwright.airflow.bounds import Bounds
from meshwright.airflow.operators import (
    BrokenOperator,
    CheckOperator,
    Pinned,
    PublishOperator,
    StageOperator,
    remember,
)
from meshwright.model.naming import CHECK, PUBLISH, STAGE
from meshwright.release.shard import DagSpec

BROKEN = "broken"
"""The tag of a product that its release does not hold as it should."""

RETIRED = "retired"
"""The tag of a product that is in no release any more, and whose runs are ending."""


def build_dag(pinned: Pinned, spec: DagSpec, bounds: Bounds) -> DAG:
    """Return the DAG of one product."""
    dag = DAG(
        pinned.product,
        schedule=_schedule(spec),
        start_date=bounds.since,
        end_date=bounds.end,
        catchup=spec.cron is not None,
        max_active_runs=1,
        is_paused_upon_creation=False,
        rerun_with_latest_version=False,
        description=spec.description,
        doc_md=spec.doc,
        tags=set(spec.tags),
        deadline=_deadline(spec),
        owner_links={spec.owner: spec.owner_url} if spec.owner_url else {},
        default_args={
            "owner": spec.owner,
            "retries": spec.retries,
            "retry_delay": timedelta(seconds=10),
            "retry_exponential_backoff": True,
        },
    )
    # Among the default arguments, Airflow would look for the callback's source with each DAG that it serialises.
    common: dict[str, Any] = {"pinned": pinned, "on_failure_callback": remember, "dag": dag}
    if spec.timeout is not None:
        common["execution_timeout"] = timedelta(seconds=spec.timeout)
    if spec.pool is not None:
        common["pool"] = spec.pool
    if bounds.has_jobs:
        common["jobs"] = tuple(name.partition(":")[2] for name, _ in spec.outlets)
    stage = StageOperator(task_id=STAGE, wait=timedelta(seconds=spec.wait), **common)
    check = CheckOperator(task_id=CHECK, **common)
    publish = PublishOperator(task_id=PUBLISH, outlets=[*_assets(spec.outlets), *_assets(spec.partitions)], **common)
    stage.set_downstream(check)
    check.set_downstream(publish)
    return dag


def retired_dag(pinned: Pinned, spec: DagSpec, bounds: Bounds) -> DAG:
    """Return the DAG of a product that is in no release any more: what runs goes on, and nothing starts it."""
    tags = (*spec.tags, RETIRED)
    doc = f"**Retired.** Its runs end on the release that they began with.\n\n{spec.doc}"
    return build_dag(pinned, spec._replace(cron=None, starters=(), tags=tags, doc=doc), bounds)


def broken_dag(product: str, reason: str) -> DAG:
    """Return what stands for a product that cannot be built: the other products of its file go on.

    It has the tasks of any product: a run that is going on asks for one of them.
    """
    dag = DAG(product, schedule=None, description=reason, doc_md=f"**Broken.** {reason}", tags={BROKEN})
    stage, check, publish = (
        BrokenOperator(task_id=t, reason=reason, retries=0, dag=dag) for t in (STAGE, CHECK, PUBLISH)
    )
    stage.set_downstream(check)
    check.set_downstream(publish)
    return dag


def port_asset(name: str, uri: str) -> Asset:
    """Return the asset that a port is to Airflow."""
    asset = Asset(name=name, uri=f"x-{uri}", group=name.partition(".")[0])
    # For any other scheme than `x-…` Airflow asks all providers for theirs, and imports Google's clients to do so: a
    # second of each task. The URIs of ports need no cleaning.
    object.__setattr__(asset, "uri", uri)
    return asset


def _assets(ports: tuple[tuple[str, str], ...]) -> list[Asset]:
    return [port_asset(name, uri) for name, uri in ports]


def _deadline(spec: DagSpec) -> Any:
    if spec.alert_after is None:
        return None
    from meshwright.airflow.deadline import deadline

    return deadline(spec.alert_after)


def _schedule(spec: DagSpec) -> Any:
    if spec.cron is not None:
        return CronDataIntervalTimetable(spec.cron, timezone=spec.timezone)
    return AssetAny(*_assets(spec.starters)) if spec.starters else None
