"""The reconciler's DAG starts what is missing, and only once."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowFailException
from airflow.sdk.execution_time import task_runner
from airflow.sdk.execution_time.comms import ErrorResponse, OKResponse, TriggerDagRun
from airflow.serialization.serialized_objects import DagSerialization
from tests.airflow.conftest import NOW, Gate

from meshwright.actions import reconcile as looking
from meshwright.actions.reconcile import Due, Reconciled
from meshwright.airflow.operators import interval_asked
from meshwright.airflow.reconciler import reconciler_dag, run_id
from meshwright.model.address import product_address
from meshwright.model.errors import Refused
from meshwright.model.identity import Digest, PublishId
from meshwright.model.naming import RECONCILE, RECONCILER
from meshwright.model.publish import Publish
from meshwright.model.time import Interval, Watermark

RELEASE = Digest.of(b"release")
DAY = Interval(NOW - timedelta(days=1), NOW)
NEWS = Publish(product_address("a.orders"), PublishId("20130104-1"), None, DAY, Watermark(NOW), (), (), NOW)
SALES = Due(product_address("a.sales"), None, NEWS, NOW)
TALLY = Due(product_address("a.tally"), DAY, NEWS, NOW)


@dataclass
class Airflow:
    """What the task may ask: how many runs there are, and to start one."""

    busy: tuple[str, ...] = ()
    runs: list[TriggerDagRun] = field(default_factory=list)

    def get_dr_count(self, dag_id: str, states: list[str]) -> int:
        assert states == ["queued", "running"]
        return int(dag_id in self.busy)

    def send(self, message: TriggerDagRun) -> OKResponse | ErrorResponse:
        if any(run.run_id == message.run_id and run.dag_id == message.dag_id for run in self.runs):
            return ErrorResponse(error="DAGRUN_ALREADY_EXISTS")
        self.runs.append(message)
        return OKResponse(ok=True)


@pytest.fixture
def look(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def look(airflow: Airflow, *due: Due) -> None:
        monkeypatch.setattr(looking, "reconcile", lambda *_: Reconciled(RELEASE, due))
        monkeypatch.setattr(task_runner, "SUPERVISOR_COMMS", airflow, raising=False)
        reconciler_dag({}).get_task(RECONCILE).execute({"ti": airflow})

    return look


def test_it_starts_a_run_that_says_what_it_is_for(look: Callable[..., None]) -> None:
    airflow = Airflow()
    look(airflow, SALES, TALLY)
    first, second = airflow.runs
    assert (first.dag_id, first.conf) == ("a.sales", None)
    assert (second.dag_id, second.conf) == ("a.tally", {"interval": str(DAY)})
    assert second.run_id == f"reconciled__20130103T000000__20130104-1__{RELEASE.short}"


def test_the_same_news_starts_one_run_of_each_release(look: Callable[..., None]) -> None:
    airflow = Airflow()
    look(airflow, SALES)
    look(airflow, SALES)
    assert len(airflow.runs) == 1
    later = replace(SALES, news=replace(NEWS, publish_id=PublishId("20130104-2")))
    look(airflow, later)
    assert len(airflow.runs) == 2
    assert run_id(SALES, "other") != run_id(SALES, RELEASE.short)


def test_what_is_queued_or_running_is_left_alone(look: Callable[..., None]) -> None:
    airflow = Airflow(busy=("a.sales",))
    look(airflow, SALES, TALLY)
    assert [run.dag_id for run in airflow.runs] == ["a.tally"]


def test_it_looks_as_often_as_the_environment_says(tmp_path: Path) -> None:
    dag = reconciler_dag({"MESH_RECONCILE": "45s"})
    assert dag.timetable.delta == timedelta(seconds=45)
    assert isinstance(DagSerialization.to_dict(dag), dict)
    assert (dag.dag_id, dag.catchup) == (RECONCILER, False)
    with pytest.raises(Refused, match="MESH_RECONCILE is `often`"):
        reconciler_dag({"MESH_RECONCILE": "often"})


@dataclass
class Run:
    conf: dict[str, Any]


def test_a_run_builds_what_it_was_asked_for() -> None:
    asked: Any = {"dag_run": Run({"interval": str(DAY)})}
    assert interval_asked(asked, NOW) == DAY
    wrong: Any = {"dag_run": Run({"interval": "yesterday"})}
    with pytest.raises(AirflowFailException, match="yesterday"):
        interval_asked(wrong, NOW)
