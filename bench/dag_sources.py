"""Sources: the same DAGs as others would write them: literals in a loop, and files of YAML for the peers."""

from collections.abc import Iterable
from pathlib import Path
from pprint import pformat

import yaml

from meshwright.release.shard import Line

FLOOR = """
from datetime import datetime, timedelta, UTC
from airflow.sdk import DAG, Asset, AssetAny, BaseOperator, BaseSensorOperator, CronDataIntervalTimetable

SINCE = datetime(2026, 1, 1, tzinfo=UTC)


class Stage(BaseSensorOperator):
    def __init__(self, **settings):
        super().__init__(
            mode="reschedule", poke_interval=timedelta(seconds=5), exponential_backoff=True,
            max_wait=timedelta(minutes=1), **settings
        )


class Check(BaseOperator):
    pass


class Publish(BaseOperator):
    pass


def remember(context):
    pass


def assets(ports):
    return [Asset(name=name, uri=uri, group=group) for name, uri, group in ports]


def build(of):
    if of["cron"] is None:
        schedule = AssetAny(*assets(of["starters"]))
    else:
        schedule = CronDataIntervalTimetable(of["cron"], timezone=of["timezone"])
    dag = DAG(
        of["dag_id"], schedule=schedule, start_date=SINCE, catchup=of["cron"] is not None, max_active_runs=1,
        is_paused_upon_creation=False, rerun_with_latest_version=False, description=of["description"],
        doc_md=of["doc"], tags=set(of["tags"]), owner_links={},
        default_args={
            "owner": of["owner"], "retries": 3, "retry_delay": timedelta(seconds=10),
            "retry_exponential_backoff": True,
        },
    )
    common = {"on_failure_callback": remember, "dag": dag}
    stage = Stage(task_id="stage", timeout=timedelta(seconds=of["wait"]), **common)
    check = Check(task_id="check", **common)
    publish = Publish(task_id="publish", outlets=assets(of["outlets"]), **common)
    stage.set_downstream(check)
    check.set_downstream(publish)
    return dag


def dags(products):
    return {of["dag_id"]: build(of) for of in products}
"""


def write_floor(into: Path, lines: Iterable[Line]) -> None:
    """Write a DAG file of literals; its URIs are such that Airflow asks no provider about them, which is slow."""
    products = [
        line.dag._asdict()
        | {"dag_id": line.product}
        | {
            key: [(n, f"x-{u}", n.partition(".")[0]) for n, u in getattr(line.dag, key)]
            for key in ("starters", "outlets")
        }
        for line in lines
    ]
    into.write_text(f"{FLOOR}\n\nDAGS = dags({pformat(products, width=10**6)})\nglobals().update(DAGS)\n")


def write_dag_factory(into: Path, lines: Iterable[Line]) -> None:
    """Write one file of YAML for each DAG: three empty tasks, on a cron, without an asset."""
    for line in lines:
        tasks = [
            {"task_id": name, "operator": EMPTY, "dependencies": list(before)}
            for name, before in (("stage", ()), ("check", ("stage",)), ("publish", ("check",)))
        ]
        dag = _common(line) | {"start_date": "2026-01-01", "tasks": tasks, "default_args": {"owner": line.dag.owner}}
        into.mkdir(parents=True, exist_ok=True)
        (into / f"{line.product}.yml").write_text(yaml.safe_dump({line.product: dag}, sort_keys=False))


def write_gusty(into: Path, lines: Iterable[Line]) -> None:
    """Write a folder for each DAG, with a file for it and for each of three empty tasks."""
    for line in lines:
        folder = into / line.product
        folder.mkdir(parents=True)
        meta = _common(line) | {"default_args": {"owner": line.dag.owner, "start_date": "2026-01-01"}}
        (folder / "METADATA.yml").write_text(yaml.safe_dump(meta, sort_keys=False))
        for name, before in (("stage", []), ("check", ["stage"]), ("publish", ["check"])):
            (folder / f"{name}.yml").write_text(yaml.safe_dump({"operator": EMPTY, "dependencies": before}))


EMPTY = "airflow.providers.standard.operators.empty.EmptyOperator"


def _common(line: Line) -> dict[str, object]:
    spec = line.dag
    return {
        "schedule": "@hourly",
        "catchup": False,
        "description": spec.description,
        "doc_md": spec.doc,
        "tags": list(spec.tags),
        "max_active_runs": 1,
    }
