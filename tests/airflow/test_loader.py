"""The DAGs of a release, built from a folder, with nothing but its files."""

import os
import runpy
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from airflow.sdk import DAG
from airflow.sdk.definitions.context import _AIRFLOW_PARSING_CONTEXT_DAG_ID
from airflow.serialization.serialized_objects import DagSerialization
from tests.airflow.conftest import NOW, Gate

from meshwright.airflow.bounds import Bounds
from meshwright.airflow.dags import BROKEN, build_dag
from meshwright.airflow.folder import lay_out
from meshwright.airflow.loader import load, load_all
from meshwright.airflow.operators import Pinned
from meshwright.graph.build import build
from meshwright.model.errors import Corrupt
from meshwright.model.naming import CHECK, PUBLISH, STAGE
from meshwright.release.cut import freeze
from meshwright.release.graph import graph_of
from meshwright.release.shard import read_lines

NOT_AT_PARSE_TIME = {"sqlglot", "duckdb", "pyarrow", "obstore", "meshwright.manifest", "meshwright.gate"}
OF_A_WORKER = {
    "airflow", "airflow.bounds", "airflow.bundle", "airflow.dags", "airflow.folder", "airflow.loader",
    "airflow.operators", "airflow.provider", "airflow.retired", "engine", "engine.services", "model",
    "model.errors", "model.naming", "model.time", "model.value", "release", "release.files", "release.shard",
}  # fmt: skip
"""All that a worker loads of ours to have its DAG: each task pays for each class in it."""


@pytest.fixture
def folder(gate: Gate, tmp_path: Path) -> Path:
    release = gate.release()
    made = tmp_path / "laid" / str(release)
    lay_out(gate.workspace.store(), release, made, NOW)
    return made


def aviation(folder: Path) -> dict[str, DAG]:
    return load(str(folder / "mesh_aviation_0.py"), "aviation-0")


def test_a_file_holds_the_products_of_its_shard(folder: Path) -> None:
    assert sorted(aviation(folder)) == ["aviation.carriers", "aviation.daily-traffic", "aviation.flights"]


def test_a_dag_is_three_tasks_in_a_row(folder: Path) -> None:
    for dag in load_all(folder).values():
        assert {t.task_id: t.downstream_task_ids for t in dag.tasks} == {
            STAGE: {CHECK},
            CHECK: {PUBLISH},
            PUBLISH: set(),
        }
        assert dag.max_active_runs == 1


def test_a_cron_runs_the_intervals_of_the_environment(folder: Path) -> None:
    dag = aviation(folder)["aviation.flights"]
    assert dag.catchup
    assert dag.start_date == datetime(2013, 1, 1, tzinfo=UTC)
    assert dag.end_date == datetime(2013, 1, 4, tzinfo=UTC) - timedelta(seconds=1)


def test_an_environment_that_looks_back_starts_that_long_before_its_first_deployment(folder: Path, gate: Gate) -> None:
    variables = gate.variables | {"MESH_SINCE": "10800s"}
    dag = load(str(folder / "mesh_fleet_0.py"), "fleet-0", variables)["fleet.aircraft-registry"]
    assert dag.start_date == NOW - timedelta(hours=3)


def test_a_task_is_tried_and_stopped_as_its_manifest_says(folder: Path) -> None:
    line = next(read_lines(folder, folder.name, "aviation-0"))
    pinned = Pinned(folder, folder.name, line.product)
    bounds = Bounds(NOW)
    for spec, wanted in (
        (line.dag, (3, None, "default_pool")),
        (line.dag._replace(retries=0, timeout=7200.0, pool="warehouse"), (0, timedelta(hours=2), "warehouse")),
    ):
        dag = build_dag(pinned, spec, bounds)
        assert {(t.retries, t.execution_timeout, t.pool) for t in dag.tasks} == {wanted}


def test_a_run_has_a_deadline_where_its_manifest_says_so(folder: Path) -> None:
    line = next(read_lines(folder, folder.name, "aviation-0"))
    pinned = Pinned(folder, folder.name, line.product)
    assert not build_dag(pinned, line.dag, Bounds(NOW)).deadline
    (alert,) = build_dag(pinned, line.dag._replace(alert_after=7200.0), Bounds(NOW)).deadline
    assert (alert.interval, alert.callback.path) == (timedelta(hours=2), "meshwright.airflow.deadline.tell")
    assert alert.reference.reference_name == "DagRunQueuedAtDeadline"


def test_a_product_that_its_inputs_drive_runs_on_news_of_any_of_them(folder: Path) -> None:
    dag = load(str(folder / "mesh_punctuality_0.py"), "punctuality-0")["punctuality.route-punctuality"]
    assert {asset.uri for asset in dag.timetable.asset_condition.objects} == {
        "mesh://aviation/flights/departures/v1",
        "mesh://weather/hourly-weather/observations/v1",
    }
    assert not dag.catchup


def test_publishing_tells_the_ports(folder: Path) -> None:
    publish = aviation(folder)["aviation.flights"].get_task(PUBLISH)
    assert [(o.name, o.uri) for o in publish.outlets] == [
        ("aviation.flights:departures@1", "mesh://aviation/flights/departures/v1")
    ]


def test_publishing_tells_the_partitions_too(folder: Path) -> None:
    line = next(read_lines(folder, folder.name, "aviation-0"))
    parts = ("a.b:c@1/partitions", "mesh://a/b/c/v1/partitions")
    dag = build_dag(Pinned(folder, folder.name, line.product), line.dag._replace(partitions=(parts,)), Bounds(NOW))
    told = [(o.name, o.uri) for o in dag.get_task(PUBLISH).outlets]
    assert told == [*map(tuple, line.dag.outlets), parts]


def test_a_dag_says_whose_it_is_and_what_it_promises(folder: Path) -> None:
    dag = aviation(folder)["aviation.flights"]
    assert dag.owner == "maya"
    assert {"aviation", "sourceAligned"} <= set(dag.tags)
    assert dag.doc_md is not None
    assert "at most 1d 2h old, 99% of the time" in dag.doc_md
    assert "| `scheduled_departure` | timestamp | yes | When the flight was to leave the gate. |" in dag.doc_md


def test_airflow_can_keep_every_dag(folder: Path) -> None:
    for dag in load_all(folder).values():
        assert DagSerialization.to_dict(dag)["dag"]["dag_id"] == dag.dag_id


def test_a_task_builds_its_own_product_alone_from_whichever_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(_AIRFLOW_PARSING_CONTEXT_DAG_ID, "weather.hourly-weather")
    assert list(aviation(folder)) == ["weather.hourly-weather"]


def test_a_broken_product_says_why_and_leaves_the_others_alone(gate: Gate, tmp_path: Path) -> None:
    store = gate.workspace.store()
    graph = graph_of(store, gate.release())
    carriers, others = graph.mesh.products[0], graph.mesh.products[1:]
    astray = replace(carriers, tags=("long" * 30,))
    broken = freeze(build(replace(graph.mesh, products=(astray, *others)), graph.analyses))
    store.put(broken)
    folder = tmp_path / "broken" / str(broken.digest)
    lay_out(store, broken.digest, folder, NOW)
    dags = aviation(folder)
    assert dags["aviation.carriers"].tags == {BROKEN}
    assert "100 characters" in str(dags["aviation.carriers"].description)
    for dag in (dags["aviation.carriers"], dags["aviation.flights"]):
        assert [t.task_id for t in dag.tasks] == [STAGE, CHECK, PUBLISH]


def test_a_file_whose_shard_was_changed_builds_nothing(folder: Path) -> None:
    shard = folder / "shards/aviation-0.jsonl"
    shard.write_bytes(shard.read_bytes().replace(b"airlines", b"airlinez"))
    with pytest.raises(Corrupt, match=r"`shards/aviation-0.jsonl` is not what was released"):
        aviation(folder)


def loaded(script: str, folder: Path, **variables: str) -> list[str]:
    """Return the modules that are loaded after a script that builds DAGs of `folder`."""
    program = f"import sys\nfrom pathlib import Path\nfolder = Path({str(folder)!r})\n{script}\nprint(*sys.modules)"
    environment = {**os.environ, **variables}
    words = [sys.executable, "-c", program]
    done = subprocess.run(words, capture_output=True, text=True, check=True, env=environment)
    return done.stdout.splitlines()[-1].split()


def test_loading_reads_no_yaml_no_sql_and_opens_no_driver(folder: Path) -> None:
    modules = loaded("from meshwright.airflow.loader import load_all\nassert len(load_all(folder)) == 6", folder)
    assert NOT_AT_PARSE_TIME & set(modules) == set()


def test_a_worker_loads_what_builds_its_dag_and_nothing_of_the_model(folder: Path) -> None:
    script = """
from meshwright.airflow.bundle import MeshBundle
from meshwright.airflow.loader import load
assert list(load(str(folder / "mesh_fleet_0.py"), "fleet-0")) == ["aviation.flights"]
"""
    modules = loaded(script, folder, **{_AIRFLOW_PARSING_CONTEXT_DAG_ID: "aviation.flights"})
    ours = {m.removeprefix("meshwright.") for m in modules if m.startswith("meshwright.")}
    assert ours == OF_A_WORKER


def test_where_only_a_dag_folder_can_be_had_one_file_loads_all(gate: Gate) -> None:
    file = Path(__file__).parents[2] / "dags" / "mesh.py"
    assert len([value for value in runpy.run_path(str(file)).values() if isinstance(value, DAG)]) == 7
