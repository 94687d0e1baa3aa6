"""The whole of one Airflow task, as a worker pays it: start, get the bundle, parse the DAG file, do the task's work.

Ours is the `stage` of one released product of examples/artgo; the other is a plain DAG whose one task reads the same
files and runs the same SELECT by hand: once with the same asset as its outlet, as whoever wants consumers to run must
have, and once without (an asset makes Airflow load every provider, which ours avoids). All are processes of their own,
with Airflow's own bundle and DAG bag.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.harness import Figure, ratio
from meshwright.actions.deploy import deploy
from meshwright.actions.submit import submit
from meshwright.compiler.compilation import compile_sound
from meshwright.model.address import product_address
from meshwright.model.naming import STAGE, connection_variable, loader_file
from meshwright.model.product import Transform
from meshwright.model.time import instant_text
from meshwright.sql.bind import bind
from meshwright.workspace.trust import root_key
from meshwright.workspace.workspace import open_workspace

ARTGO = Path(__file__).parents[1] / "examples" / "artgo"
PRODUCT = product_address("engagement.events")
WORKER = """
import os, sys
from datetime import datetime
from airflow.dag_processing.bundles.manager import DagBundlesManager
from airflow.dag_processing.dagbag import BundleDagBag

bundle = DagBundlesManager().get_bundle(name="bench", version=os.environ.get("BENCH_VERSION"))
bundle.initialize()
bag = BundleDagBag(dag_folder=f"{bundle.path}/{sys.argv[1]}", safe_mode=False, load_op_links=False,
                   bundle_path=bundle.path, bundle_name="bench")
task = bag.dags["engagement.events"].task_dict["stage"]
start, end = (datetime.fromisoformat(t) for t in sys.argv[2:])
context = {"run_id": "bench", "data_interval_start": start, "data_interval_end": end}
print(task.poke(context).xcom_value if hasattr(task, "poke") else task.python_callable())
"""
PLAIN = '''
import duckdb, os
from airflow.sdk import DAG, Asset, task
from datetime import datetime

with DAG("engagement.events", schedule="@hourly", start_date=datetime(2026, 1, 1)):
    @task(outlets={outlets})
    def stage():
        path = {target!r}
        if os.path.exists(path):
            os.remove(path)
        with duckdb.connect(path) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute("""CREATE TEMP TABLE feed AS SELECT * FROM read_json({file!r}, columns = {columns})""")
            connection.execute("""CREATE TABLE events AS {select}""")
            connection.execute("CHECKPOINT")
        return path
    stage()
'''


OUTLET = '[Asset(name="events", uri="mesh://engagement/events/events/v1")]'


def figures() -> list[Figure]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)  # noqa: TID251  # a bench is an edge
        interval = [instant_text(end - timedelta(hours=1)), instant_text(end)]
        sources = _sources(folder)
        ours = _ours(folder, sources, interval)
        found = {o: ratio(ours, _plain(folder, sources, interval, o), rounds=5) for o in (OUTLET, "[]")}
    hand = "the same SQL by hand in a plain DAG"
    return [
        Figure("one Airflow task, whole", found[OUTLET], "ratio", 1.1, f"{hand} with the same outlet"),
        Figure("one Airflow task, no outlet", found["[]"], "ratio", 1.1, f"{hand} that tells no consumer"),
    ]


def _sources(folder: Path) -> dict[str, str]:
    words = [sys.executable, str(ARTGO / "simulator.py"), "--into", f"{folder}/sources", "--once"]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    connections: dict[str, str] = json.loads(said.splitlines()[-1])["connections"]
    return connections


def _ours(folder: Path, sources: Mapping[str, str], interval: list[str]) -> Callable[[], None]:
    variables = {connection_variable(name): url for name, url in sources.items()} | {
        "MESH_DATA": f"{folder}/data",
        "MESH_STORE": f"{folder}/store",
        "MESH_KEYS": f"{folder}/keys",
        "MESH_DATABASE": f"sqlite:///{folder}/observations.db",
    }
    workspace = open_workspace(ARTGO, variables, {})
    now = datetime.now(UTC)  # noqa: TID251  # a bench is an edge
    version = str(submit(workspace, "bench", now).release)
    deploy(workspace, now)
    variables |= {"MESH_ROOT_KEY": str(root_key(workspace)), "BENCH_VERSION": version, "MESH_SINCE": "14400s"}
    return _worker(
        folder / "ours",
        {"classpath": "meshwright.airflow.bundle.MeshBundle", "kwargs": {}},
        variables,
        [loader_file(PRODUCT.domain, 0), *interval],
    )


def _plain(folder: Path, sources: Mapping[str, str], interval: list[str], outlets: str) -> Callable[[], None]:
    product = compile_sound(ARTGO, folder / "cache").mesh.product(PRODUCT)
    assert product is not None
    transform = product.outputs[0].tables[0].transform
    assert isinstance(transform, Transform)
    feed = next(url for name, url in sources.items() if "feed" in name).removeprefix("file://")
    hour = datetime.fromisoformat(interval[0])
    file = next(str(p) for p in sorted(Path(feed).rglob("*")) if f"{hour:%Y-%m-%dT%H}" in p.name)
    types = {"string": "VARCHAR", "integer": "BIGINT", "timestamp": "TIMESTAMPTZ", "number": "DOUBLE"}
    columns = {c.name: types[c.type] for c in product.inputs[0].columns}
    select = bind(transform, "duckdb").sql
    (folder / "dags").mkdir(exist_ok=True)
    (folder / "dags" / "plain.py").write_text(
        PLAIN.format(target=f"{folder}/plain.duckdb", file=file, columns=columns, select=select, outlets=outlets)
    )
    bundle = {"classpath": "airflow.dag_processing.bundles.local.LocalDagBundle", "kwargs": {"path": f"{folder}/dags"}}
    return _worker(folder / "plain", bundle, {}, ["plain.py", *interval])


def _worker(
    home: Path, bundle: Mapping[str, object], variables: Mapping[str, str], words: list[str]
) -> Callable[[], None]:
    environment = os.environ | variables | {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": json.dumps([{"name": "bench", **bundle}]),
        "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_STORAGE_PATH": f"{home}/bundles",
        "_AIRFLOW_PARSING_CONTEXT_DAG_ID": str(PRODUCT),
        "_AIRFLOW_PARSING_CONTEXT_TASK_ID": STAGE,
    }  # fmt: skip

    def run() -> None:
        done = subprocess.run(
            [sys.executable, "-c", WORKER, *words], env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(done.stderr[-3000:])

    return run
