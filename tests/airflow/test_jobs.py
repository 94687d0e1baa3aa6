"""A task leaves BigQuery's jobs to the triggerer, and finds them again: after it, and after a kill."""

import asyncio
import json
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from airflow.providers.google.cloud.triggers.bigquery import BigQueryInsertJobTrigger
from airflow.sdk.exceptions import AirflowFailException, TaskDeferred
from airflow.sdk.execution_time.context import OutletEventAccessors
from airflow.serialization.serialized_objects import DagSerialization
from tests.airflow.conftest import NOW, Gate
from tests.engines.emulator import Missing, emulator
from tests.engines.slow import Slow, nothing, serving

from meshwright.airflow import jobs
from meshwright.airflow.bounds import Bounds, environment_bounds
from meshwright.airflow.dags import build_dag, port_asset
from meshwright.airflow.operators import CheckOperator, Pinned, PublishOperator, Resumable, StageOperator
from meshwright.engine.registry import open_engine
from meshwright.model.address import product_address
from meshwright.model.job import Job
from meshwright.model.naming import CHECK, PUBLISH, STAGE, asset_name, asset_uri
from meshwright.release.shard import read_line

pytestmark = pytest.mark.xdist_group("bigquery")

CARRIERS = product_address("aviation.carriers")
PORT = CARRIERS.port("carriers", 1)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    try:
        with emulator(tmp_path_factory.mktemp("bigquery")) as found:
            yield found
    except Missing as error:
        pytest.skip(str(error))


@pytest.fixture
def slow(address: str) -> Iterator[Slow]:
    with serving(Slow(address)) as made:
        yield made


@dataclass
class Kept:
    """What Airflow keeps of a task: its state, which outlives a try, and its XComs; on disk, as processes may die."""

    file: Path

    def get(self, key: str, default: object = None) -> Any:
        return self._all().get(key, default)

    def set(self, key: str, value: object) -> None:
        self.file.write_text(json.dumps({**self._all(), key: value}))

    def _all(self) -> dict[str, Any]:
        return json.loads(self.file.read_text()) if self.file.exists() else {}


@dataclass
class Run:
    """One run of a product in an Airflow: what its tasks are given, and what is kept of them."""

    pinned: Pinned
    slow: Slow
    folder: Path
    cleared: int = 0
    returned: dict[str, Any] = field(default_factory=dict)

    def context(self, task: str) -> Any:
        start, end = datetime(2013, 1, 1, tzinfo=UTC), datetime(2013, 1, 2, tzinfo=UTC)
        kept = Kept(self.folder / f"{task}.json")
        return {
            "run_id": "r",
            "ti": Instance(self, kept, task),
            "dag_run": DagRun(self.cleared),
            "task_state_store": kept,
            "data_interval_start": start,
            "data_interval_end": end,
            "outlet_events": OutletEventAccessors(),
        }

    def task(self, called: str) -> Any:
        """Return a task as a new process has it."""
        common: dict[str, Any] = {"task_id": called, "pinned": self.pinned, "jobs": ("carriers@1",)}
        match called:
            case "stage":
                return StageOperator(wait=timedelta(hours=1), **common)
            case "check":
                return CheckOperator(**common)
            case _:
                return PublishOperator(outlets=[port_asset(asset_name(PORT), asset_uri(PORT))], **common)

    def left(self, called: str) -> TaskDeferred:
        """Run a task that leaves a job to the triggerer."""
        with pytest.raises(TaskDeferred) as raised:
            self.task(called).execute(self.context(called))
        return raised.value

    def resumed(self, called: str, deferred: TaskDeferred) -> Any:
        """Let the triggerer look at the job until it has ended, and the task come back."""
        event = asyncio.run(_first(deferred.trigger))
        self.returned[called] = self.task(called).resume(self.context(called), event, **deferred.kwargs or {})
        return self.returned[called]

    def through(self, called: str) -> int:
        """Run a task that leaves each of its jobs; return how often it did."""
        deferred = self.left(called)
        for times in range(1, 10):
            self.slow.end_jobs()
            try:
                self.resumed(called, deferred)
            except TaskDeferred as again:
                deferred = again
            else:
                return times
        raise AssertionError("it goes away for ever")


@dataclass
class DagRun:
    clear_number: int
    conf: None = None


@dataclass
class Instance:
    run: Run
    kept: Kept
    task_id: str
    dag_id: str = "aviation.carriers"

    def get_first_reschedule_date(self, context: object) -> None:
        return None

    def xcom_push(self, key: str, value: object) -> None:
        self.kept.set(f"xcom {key}", value)

    def xcom_pull(self, task_ids: str) -> Any:
        return self.run.returned[task_ids]


async def _first(trigger: Any) -> dict[str, Any]:
    async for event in trigger.run():
        found: dict[str, Any] = event.payload
        return found
    raise AssertionError("it ended without a word")


@pytest.fixture
def airflow_run(gate: Gate, slow: Slow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Give a run whose engine is BigQuery, where nobody waits for a job that is not done at once."""
    feed = tmp_path / "feed"
    feed.mkdir()
    (feed / "airlines.csv").write_text("carrier,name\nUA,United\nAA,American\n")
    monkeypatch.setenv("MESH_ENGINE", "bigquery")
    monkeypatch.setenv("MESH_DATA", f"bigquery://demo/t{os.urandom(4).hex()}?endpoint={slow.url}")
    monkeypatch.setenv("MESH_CONN_AIRLINE_OPERATIONS", feed.as_uri())
    monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", slow.url)
    google = {"conn_type": "google_cloud_platform", "extra": {"is_anonymous": True, "project": "demo"}}
    monkeypatch.setenv("AIRFLOW_CONN_GOOGLE_CLOUD_DEFAULT", json.dumps(google))
    monkeypatch.setattr(jobs, "PATIENCE", 0.2)
    monkeypatch.setattr(jobs, "LOOK_AGAIN", 0.05)
    folder = tmp_path / "laid"
    release = gate.release()
    gate.workspace.store().materialise(release, folder)
    return Run(Pinned(folder, str(release), str(CARRIERS)), slow, tmp_path)


def published(run: Run) -> list[tuple[object, ...]]:
    """Return what consumers read."""
    engine = open_engine("bigquery", os.environ["MESH_DATA"])
    return sorted(engine.query("SELECT carrier, name FROM carriers", (("carriers", PORT.table()),)).rows)


def test_each_task_leaves_its_jobs_and_ends_as_if_it_had_waited(airflow_run: Run) -> None:
    airflow_run.slow.ends_at_once = False
    assert [airflow_run.through(task) for task in (STAGE, CHECK, PUBLISH)] == [1, 1, 1]
    assert published(airflow_run) == [("AA", "American"), ("UA", "United")]
    kinds = [name.split("_")[2] for name in airflow_run.slow.begun]
    assert kinds == ["make", "check", "publish"], "each once"
    pages = {task: Kept(airflow_run.folder / f"{task}.json")._all() for task in (STAGE, CHECK, PUBLISH)}
    assert "j=bq:US:mesh_" in pages[STAGE]["xcom _link_job_carriers@1"]
    assert pages[PUBLISH]["xcom _link_job_publish"].endswith("_publish&page=queryresults")


def test_a_task_that_was_killed_after_it_had_begun_a_job_finds_it_in_its_retry(airflow_run: Run) -> None:
    airflow_run.slow.ends_at_once = False
    killed_when_it_begins_a_job(airflow_run, STAGE)
    (made,) = airflow_run.slow.begun
    airflow_run.slow.on_begin = nothing
    (airflow_run.folder / "feed" / "airlines.csv").unlink()  # the retry has no need of it any more
    deferred = airflow_run.left(STAGE)
    assert isinstance(deferred.trigger, BigQueryInsertJobTrigger)
    assert deferred.trigger.job_id == made, "the retry leaves the same job"
    airflow_run.slow.end_jobs()
    assert airflow_run.resumed(STAGE, deferred) in made
    assert airflow_run.slow.begun == [made]
    for task in (CHECK, PUBLISH):
        airflow_run.through(task)
    assert published(airflow_run) == [("AA", "American"), ("UA", "United")]


def test_a_task_leaves_what_it_loads_and_comes_back_to_it(airflow_run: Run) -> None:
    airflow_run.slow.loads_at_once = False
    deferred = airflow_run.left(STAGE)
    (load,) = airflow_run.slow.loading
    assert isinstance(deferred.trigger, BigQueryInsertJobTrigger)
    assert deferred.trigger.job_id == load
    (airflow_run.folder / "feed" / "airlines.csv").unlink()  # what was read is not read again
    airflow_run.slow.end_jobs()
    airflow_run.resumed(STAGE, deferred)
    for task in (CHECK, PUBLISH):
        airflow_run.returned[task] = airflow_run.task(task).execute(airflow_run.context(task))
    assert published(airflow_run) == [("AA", "American"), ("UA", "United")]


def test_a_load_that_failed_while_nobody_waited_is_the_sources_fault(airflow_run: Run) -> None:
    airflow_run.slow.loads_at_once = False
    deferred = airflow_run.left(STAGE)
    airflow_run.slow.fail_jobs("too many columns")
    event = asyncio.run(_first(deferred.trigger))
    with pytest.raises(AirflowFailException, match="the source of input `airlines` cannot be read: too many columns"):
        airflow_run.task(STAGE).resume(airflow_run.context(STAGE), event, **deferred.kwargs or {})


def test_a_publish_that_was_killed_in_its_transaction_publishes_once(airflow_run: Run) -> None:
    for task in (STAGE, CHECK):
        airflow_run.returned[task] = airflow_run.task(task).execute(airflow_run.context(task))
    airflow_run.slow.ends_at_once = False
    killed_when_it_begins_a_job(airflow_run, PUBLISH)
    airflow_run.slow.on_begin = nothing
    airflow_run.through(PUBLISH)
    assert [name for name in airflow_run.slow.begun if name.endswith("_publish")] == airflow_run.slow.begun[-1:]
    assert len(open_engine("bigquery", os.environ["MESH_DATA"]).publishes(CARRIERS)) == 1


def test_a_run_that_is_cleared_begins_anew(airflow_run: Run) -> None:
    airflow_run.slow.ends_at_once = False
    airflow_run.left(STAGE)
    airflow_run.cleared = 1
    airflow_run.left(STAGE)
    first, second = airflow_run.slow.begun
    assert first != second


def test_a_stage_is_begun_anew_where_another_run_has_published_meanwhile(airflow_run: Run) -> None:
    airflow_run.slow.ends_at_once = False
    deferred = airflow_run.left(STAGE)
    airflow_run.slow.ends_at_once = True
    other = replace(airflow_run, folder=airflow_run.folder / "other", returned={})
    other.folder.mkdir()
    for task in (STAGE, CHECK, PUBLISH):
        other.returned[task] = other.task(task).execute(other.context(task))
    before = len(airflow_run.slow.begun)
    airflow_run.slow.end_jobs()
    airflow_run.resumed(STAGE, deferred)
    assert [name.split("_")[2] for name in airflow_run.slow.begun[before:]] == ["make"]


def test_a_job_that_the_triggerer_cannot_look_at_is_waited_for(airflow_run: Run) -> None:
    airflow_run.slow.ends_at_once = False
    deferred = airflow_run.left(STAGE)
    task, context = airflow_run.task(STAGE), airflow_run.context(STAGE)
    airflow_run.slow.end_jobs()
    assert task.resume(context, {"status": "error", "message": "no way"}, **deferred.kwargs or {})
    assert len(airflow_run.slow.begun) == 1


def test_a_job_that_failed_while_nobody_waited_fails_the_task(airflow_run: Run) -> None:
    airflow_run.slow.ends_at_once = False
    deferred = airflow_run.left(STAGE)
    airflow_run.slow.fail_jobs("the slot is on fire")
    event = asyncio.run(_first(deferred.trigger))
    assert event == {"status": "error", "message": "the slot is on fire"}
    with pytest.raises(AirflowFailException, match="the slot is on fire"):
        airflow_run.task(STAGE).resume(airflow_run.context(STAGE), event, **deferred.kwargs or {})
    assert len(airflow_run.slow.begun) == 1, "nothing is tried again behind Airflow's back"


def test_without_the_connection_jobs_are_waited_for(airflow_run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_GOOGLE_CLOUD_DEFAULT")
    found = jobs.attendant("bigquery", airflow_run.task(STAGE), airflow_run.context(STAGE))
    assert (found.patience, found.credentials) == (None, None)


def test_airflow_keeps_a_link_for_each_port_and_for_the_transaction(gate: Gate, airflow_run: Run) -> None:
    from meshwright.airflow.folder import lay_out

    folder = airflow_run.folder / airflow_run.pinned.release
    lay_out(gate.workspace.store(), gate.release(), folder, NOW)
    line = read_line(folder, folder.name, str(CARRIERS))
    bounds = environment_bounds(os.environ, NOW)
    dag = DagSerialization.from_dict(DagSerialization.to_dict(build_dag(airflow_run.pinned, line.dag, bounds)))
    assert sorted(dag.get_task(CHECK).extra_links) == ["Job: carriers@1"]
    assert sorted(dag.get_task(PUBLISH).extra_links) == ["Job: carriers@1", "Job: publish"]
    assert not build_dag(airflow_run.pinned, line.dag, Bounds(NOW)).get_task(PUBLISH).operator_extra_links


def test_the_triggerer_acts_as_the_account_that_the_job_runs_as(airflow_run: Run) -> None:
    accounts = ("platform@acme.iam.gserviceaccount.com", "mesh-aviation@acme.iam.gserviceaccount.com")
    task: Resumable = airflow_run.task(STAGE)
    deferred = jobs.leave(task, Job("mesh_1_make", "acme", "EU", "https://…", "make", accounts=accounts))
    assert deferred.trigger.serialize()[1] == {
        "conn_id": "google_cloud_default", "job_id": "mesh_1_make", "dataset_id": None, "project_id": "acme",
        "location": "EU", "table_id": None, "poll_interval": 0.05, "impersonation_chain": list(accounts),
        "cancel_on_kill": True,
    }  # fmt: skip


def killed_when_it_begins_a_job(run: Run, called: str) -> None:
    """Run a task in a process that is killed as soon as BigQuery has its job, before it can hear of that."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.read(reading, 1)
        try:
            run.task(called).execute(run.context(called))
        finally:
            os._exit(0)
    run.slow.on_begin = lambda name: os.kill(child, signal.SIGKILL)
    os.write(writing, b"!")
    _, status = os.waitpid(child, 0)
    os.close(reading)
    os.close(writing)
    assert os.WIFSIGNALED(status), "it ended before it began a job"
