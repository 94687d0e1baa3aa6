"""What an action raises decides what Airflow does."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from airflow.sdk.exceptions import (
    AirflowFailException,
    AirflowRescheduleException,
    AirflowSensorTimeout,
    AirflowSkipException,
    AirflowTaskTimeout,
    TaskDeferralTimeout,
)
from airflow.sdk.execution_time.context import OutletEventAccessors
from tests.airflow.conftest import NOW, Gate
from tests.engine.bigquery.recorder import Recorder, recording

from meshwright.actions import run
from meshwright.airflow.dags import broken_dag, port_asset
from meshwright.airflow.operators import (
    CheckOperator,
    Pinned,
    PublishOperator,
    StageOperator,
    interval_asked,
    outcome,
    remember,
)
from meshwright.model.address import product_address
from meshwright.model.errors import Busy, ChecksFailed, InputsNotReady, MeshError, NothingNew, Refused, SourceNotReady
from meshwright.model.identity import PublishId
from meshwright.model.naming import CHECK, PUBLISH, STAGE, asset_name, asset_uri, partitions_name, partitions_uri
from meshwright.model.publish import Partitions, Publish, TableRows
from meshwright.model.time import instant, interval

FLIGHTS, ROUTES = "aviation.flights", "punctuality.route-punctuality"


class TaskInstance:
    """What a task asks Airflow for while it runs."""

    def __init__(self, dag_id: str, first_look: datetime | None = None) -> None:
        self.dag_id, self.task_id, self._first_look = dag_id, STAGE, first_look

    def get_first_reschedule_date(self, context: object) -> datetime | None:
        return self._first_look

    def xcom_pull(self, task_ids: str) -> str:
        return "20130104T000000000000-00000000"


def context(address: str, first_look: datetime | None = None, **more: object) -> Any:
    start, end = datetime(2013, 1, 1, tzinfo=UTC), datetime(2013, 1, 2, tzinfo=UTC)
    data = {"run_id": "r", "ti": TaskInstance(address, first_look)}
    interval = {"data_interval_start": start, "data_interval_end": end} if address == FLIGHTS else {}
    return {**data, **interval, **more}


@pytest.fixture
def pinned(gate: Gate, request: pytest.FixtureRequest) -> Pinned:
    release = gate.release()
    folder = gate.workspace.root / "releases" / str(release)
    gate.workspace.store().materialise(release, folder)
    return Pinned(folder, str(release), getattr(request, "param", FLIGHTS))


def stage(pinned: Pinned) -> StageOperator:
    return StageOperator(task_id=STAGE, pinned=pinned, wait=timedelta(hours=1))


@pytest.mark.parametrize(
    ("raised", "becomes"),
    [
        pytest.param(NothingNew("nothing"), AirflowSkipException, id="nothing new skips the run"),
        pytest.param(Refused("no"), AirflowFailException, id="final fails without a retry"),
        pytest.param(ChecksFailed("bad"), AirflowFailException, id="a failed check fails without a retry"),
        pytest.param(Busy("later"), Busy, id="transient is retried"),
    ],
)
def test_errors_become_what_airflow_knows(pinned: Pinned, raised: MeshError, becomes: type[Exception]) -> None:
    with pytest.raises(becomes, match=raised.message), outcome(stage(pinned), context(FLIGHTS)):
        raise raised


@pytest.mark.parametrize(
    ("start", "end", "asked"),
    [
        pytest.param("2013-01-02", "2013-01-03", "2013-01-02/2013-01-03", id="the schedule's, or a backfill's"),
        pytest.param(None, None, None, id="inputs started the run, or somebody without a date"),
        pytest.param("2013-01-03", "2013-01-03", None, id="somebody triggered what inputs drive, with a date"),
        pytest.param("2013-01-03", "2013-01-02", None, id="where clocks change"),
        pytest.param("2013-01-04", "2013-01-05", None, id="an interval that is not over"),
    ],
)
def test_a_run_builds_the_interval_that_it_is_asked_for_if_that_can_be_meant(
    start: str | None, end: str | None, asked: str | None
) -> None:
    dates = {"data_interval_start": start and instant(start), "data_interval_end": end and instant(end)}
    found = interval_asked(cast("Any", dates), NOW)
    assert found == (interval(asked) if asked else None)


def test_a_source_that_is_not_ready_is_looked_at_again(pinned: Pinned, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "stage", _raising(SourceNotReady("no file yet")))
    with pytest.raises(AirflowRescheduleException):
        stage(pinned).execute(context(FLIGHTS))


def test_waiting_ends_with_the_reason_and_is_remembered(
    pinned: Pinned, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "stage", _raising(SourceNotReady("no file yet")))
    with pytest.raises(AirflowFailException, match="waited too long: no file yet"):
        stage(pinned).execute(context(FLIGHTS, first_look=NOW))
    address = product_address(FLIGHTS)
    latest = gate.workspace.observations().latest([address])[address]
    assert latest.failure
    assert (latest.failure.reason, latest.failure.waiting) == ("no file yet", False)


@pytest.mark.parametrize("pinned", [ROUTES], indirect=True)
def test_a_run_that_a_publish_will_start_is_not_waited_for(pinned: Pinned, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "stage", _raising(InputsNotReady("the weather has published nothing yet")))
    with pytest.raises(AirflowSkipException, match="has published nothing yet"):
        stage(pinned).execute(context(ROUTES))


TOTAL = "punctuality.total"
TOTAL_YAML = """\
apiVersion: meshwright/v1
kind: DataProduct
type: consumerAligned
description: {purpose: How many flights there were.}
inputPorts:
  - {name: flights, from: "aviation.flights:departures@1", required: false}
outputPorts:
  - name: total
    version: 1.0.0
    contract:
      schema:
        - name: total
          description: All flights are one row.
          properties:
            - {name: flights, logicalType: integer, required: true, description: How many there were.}
    slo: {quality: {objective: 99%}}
"""


def test_a_run_goes_without_an_optional_input_that_was_never_published(gate: Gate) -> None:
    product = gate.workspace.root / "domains/punctuality/total"
    product.mkdir()
    (product / "product.yaml").write_text(TOTAL_YAML)
    (product / "total.sql").write_text("SELECT COUNT(*) AS flights FROM flights\n")
    folder, release = gate.workspace.root / "laid", gate.release()
    gate.workspace.store().materialise(release, folder)
    pinned, port = Pinned(folder, str(release), TOTAL), product_address(TOTAL).port("total", 1)
    staged = stage(pinned).poke(context(TOTAL)).xcom_value
    task = TaskInstance(TOTAL)
    task.xcom_pull = lambda task_ids: staged  # type: ignore[method-assign]  # what was staged just now
    CheckOperator(task_id=CHECK, pinned=pinned).execute(context(TOTAL, ti=task))
    asset = port_asset(asset_name(port), asset_uri(port))
    operator = PublishOperator(task_id=PUBLISH, pinned=pinned, outlets=[asset])
    operator.execute(context(TOTAL, ti=task, outlet_events=OutletEventAccessors()))
    (read,) = gate.workspace.engine().publishes(port.product)[0].inputs
    assert (read.publish_id, read.watermark) == (None, None)
    assert gate.workspace.engine().query("SELECT flights FROM t", (("t", port.table()),)).rows == ((0,),)


@pytest.mark.parametrize(
    ("written", "told", "warned"),
    [
        pytest.param(Partitions(2, ("2013-01-01", "2013-01-02")), {"2013-01-01", "2013-01-02"}, False, id="each once"),
        pytest.param(Partitions(0), set(), False, id="none was written"),
        pytest.param(Partitions(1000), set(), True, id="too many"),
        pytest.param(Partitions(3, ("", "x" * 251, "north")), {"north"}, True, id="what airflow takes for no key"),
    ],
)
def test_publishing_tells_the_partitions_beside_the_port(
    pinned: Pinned,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    written: Partitions,
    told: set[str],
    warned: bool,
) -> None:
    port = product_address(FLIGHTS).port("departures", 1)
    monkeypatch.setattr(run, "publish", lambda *_: published(TableRows(port.table(), 3, partitions=written)))
    assets = [port_asset(asset_name(port), asset_uri(port)), port_asset(partitions_name(port), partitions_uri(port))]
    events = OutletEventAccessors()
    PublishOperator(task_id=PUBLISH, pinned=pinned, outlets=assets).execute(context(FLIGHTS, outlet_events=events))
    whole, parts = (events[asset] for asset in assets)
    assert whole.partition_keys == set()
    assert whole.extra == {
        "publish_id": "20130104T000000000000-00000000", "rows": 3, "watermark": "2013-01-04T00:00:00Z",
    }  # fmt: skip
    assert parts.partition_keys == told
    assert parts.extra == whole.extra | {"partitions": written.number}
    assert ("are told by name" in caplog.text) is warned


def test_publishing_tells_openlineage_and_the_catalogue(pinned: Pinned, monkeypatch: pytest.MonkeyPatch) -> None:
    port = product_address(FLIGHTS).port("departures", 1)
    monkeypatch.setattr(run, "publish", lambda *_: published(TableRows(port.table(), 3)))
    asset, events = port_asset(asset_name(port), asset_uri(port)), OutletEventAccessors()
    operator = PublishOperator(task_id=PUBLISH, pinned=pinned, outlets=[asset])
    assert operator.get_openlineage_facets_on_complete(None) is None
    recorder = Recorder({"PATCH": [(200, {})]})
    with recording(recorder) as url:
        monkeypatch.setenv("MESH_CATALOG", f"{url}/projects/acme/locations/eu/entryGroups/mesh")
        operator.execute(context(FLIGHTS, outlet_events=events))
    assert len(recorder.asked) == 2
    told = operator.get_openlineage_facets_on_complete(None)
    assert told
    [output] = told.outputs
    assert (output.namespace, output.name) == ("mesh", "aviation.flights:departures@1")
    assert output.outputFacets["outputStatistics"].rowCount == 3
    assert "flight_date" in output.facets["columnLineage"].fields


def published(rows: TableRows) -> Publish:
    publish_id, day = PublishId("20130104T000000000000-00000000"), interval("2013-01-03/2013-01-04")
    return Publish(product_address(FLIGHTS), publish_id, None, day, day.end, (), (rows,), NOW)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        pytest.param(ZeroDivisionError("by zero"), "ZeroDivisionError: by zero", id="nobody foresaw it"),
        pytest.param(Busy("another run publishes"), "another run publishes", id="it was tried often enough"),
        pytest.param(
            AirflowTaskTimeout("Timeout, PID: 7"),
            "TimeoutError: it was stopped after 2h, its `timeout`",
            id="it took too long",
        ),
        pytest.param(
            TaskDeferralTimeout(), "TimeoutError: it was stopped after 2h, its `timeout`", id="its job took too long"
        ),
        pytest.param(
            AirflowSensorTimeout(),
            "TimeoutError: it was stopped after 2h, its `timeout`",
            id="the job of a stage took too long",
        ),
        pytest.param(None, "its process ended", id="it was killed"),
    ],
)
def test_why_a_task_failed_for_good_is_remembered(
    pinned: Pinned, gate: Gate, error: BaseException | None, reason: str
) -> None:
    task = CheckOperator(task_id=CHECK, pinned=pinned, execution_timeout=timedelta(hours=2))
    remember(context(FLIGHTS, exception=error, task=task))
    address = product_address(FLIGHTS)
    latest = gate.workspace.observations().latest([address])[address]
    assert latest.failure
    assert latest.failure.reason == reason


def test_why_nothing_runs_in_place_of_a_broken_product_is_remembered(gate: Gate) -> None:
    dag = broken_dag(FLIGHTS, "the release has no product `aviation.flights`")
    task = dag.task_dict[STAGE]
    with pytest.raises(AirflowFailException, match="has no product"):
        task.execute(context(FLIGHTS))
    address = product_address(FLIGHTS)
    failure = gate.workspace.observations().latest([address])[address].failure
    assert failure
    assert (failure.step, failure.reason) == (STAGE, "the release has no product `aviation.flights`")


def test_what_an_action_remembered_is_not_remembered_twice(pinned: Pinned, gate: Gate) -> None:
    remember(context(FLIGHTS, exception=AirflowFailException("known")))
    assert not gate.workspace.observations().latest([product_address(FLIGHTS)])


def test_a_check_without_its_stage_fails_for_good(pinned: Pinned) -> None:
    with pytest.raises(AirflowFailException):
        CheckOperator(task_id=CHECK, pinned=pinned).execute(context(FLIGHTS))


def test_a_task_refuses_a_record_whose_bytes_were_changed(pinned: Pinned) -> None:
    record = pinned.folder / f"products/{FLIGHTS}.json"
    record.write_bytes(record.read_bytes().replace(b"departures", b"departurez", 1))
    with pytest.raises(AirflowFailException, match=f"`products/{FLIGHTS}.json` is not what was released"):
        stage(pinned).execute(context(FLIGHTS))


def _raising(error: MeshError) -> Any:
    def stage(*_: object) -> None:
        raise error

    return stage
