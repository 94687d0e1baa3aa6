"""Many products due at the same minute, with the real scheduler: what does it cost until all are done?

Ours are released products with a source file each; the other are plain DAGs of three tasks that do the same by hand,
with the same asset as outlet: read the file into a DuckDB file, count what a check counts, rename the file. Each side
has an Airflow of its own, twice, ours first and last: api-server, dag-processor, and, when all DAGs have been parsed
and are due, the scheduler with its workers. Both are measured from the start of the scheduler to the end of the last
run: wall time, and the CPU seconds of all of Airflow's processes. `BURST` says how many products; each task takes
about a CPU second. By hand means by somebody who knows that Airflow asks all providers, and imports Google's clients,
for an asset whose scheme does not begin with `x-`: that is a second more for each task.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import httpx

from bench.harness import Figure
from meshwright.actions.deploy import deploy
from meshwright.actions.submit import submit
from meshwright.cli.local.follow import wait_until_up
from meshwright.cli.local.platform import COMPONENTS, USER, Platform, airflow, free_port
from meshwright.cli.local.processes import Process, Processes
from meshwright.workspace.settings import variable
from meshwright.workspace.trust import root_key
from meshwright.workspace.workspace import open_workspace

PRODUCTS = int(os.environ.get("BURST", "300"))
TICKS = os.sysconf("SC_CLK_TCK")
MESH = """\
apiVersion: meshwright/v1
kind: Mesh
name: burst
people: [{username: nadia, name: Nadia Benali, email: nadia@burst.example}]
environments: {local: {engine: duckdb}}
"""
DOMAIN = """\
apiVersion: meshwright/v1
kind: Domain
team: {members: [{username: nadia, role: productOwner}]}
"""
PRODUCT = """\
apiVersion: meshwright/v1
kind: DataProduct
description: {purpose: One number.}
schedule: {cron: "%(cron)s"}
inputPorts:
  - name: feed
    source: {block: files, connection: feed, path: "feed.jsonl", format: json}
    contract:
      schema:
        - {name: feed, properties: [{name: n, logicalType: integer}]}
outputPorts:
  - name: %(name)s
    version: 1.0.0
    contract:
      schema:
        - name: %(name)s
          properties:
            - {name: n, logicalType: integer, quality: [{name: known, metric: nullValues, mustBe: 0}]}
"""
PLAIN = """
import os
from datetime import datetime

from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG, Asset, CronDataIntervalTimetable, get_parsing_context


def stage(staged):
    import duckdb

    with duckdb.connect(staged) as connection:
        source = "read_json('{feed}', columns = {{'n': 'BIGINT'}})"
        connection.execute(f"CREATE TABLE held AS SELECT n FROM {{source}}")
        connection.execute("CHECKPOINT")


def check(staged):
    import duckdb

    with duckdb.connect(staged, read_only=True) as connection:
        (wrong,) = connection.execute("SELECT count(*) FILTER (n IS NULL) FROM held").fetchone()
    assert wrong == 0


def build(number):
    name = f"burst.p{{number}}"
    staged, place = f"{data}/{{name}}.stage", f"{data}/{{name}}.duckdb"
    told = Asset(name=name, uri=f"x-mesh://burst/p{{number}}/p{{number}}/v1")
    with DAG(name, schedule=CronDataIntervalTimetable("{cron}", timezone="UTC"), catchup=True, max_active_runs=1,
             start_date=datetime.fromisoformat("{since}"), is_paused_upon_creation=False) as dag:
        (
            PythonOperator(task_id="stage", python_callable=stage, op_args=[staged])
            >> PythonOperator(task_id="check", python_callable=check, op_args=[staged])
            >> PythonOperator(task_id="publish", python_callable=os.replace, op_args=[staged, place], outlets=[told])
        )
    return dag


wanted = get_parsing_context().dag_id
for number in range({products}) if wanted is None else [int(wanted.removeprefix("burst.p"))]:
    globals()[f"dag_{{number}}"] = build(number)
"""


def figures() -> list[Figure]:
    taken = {"ours": [0.0, 0.0], "plain": [0.0, 0.0]}
    for side, prepare in (("ours", _ours), ("plain", _plain), ("plain", _plain), ("ours", _ours)):
        with tempfile.TemporaryDirectory() as name:
            wall, cpu = _measured(Path(name), prepare)
        print(f"  {side}: {wall:.0f} s wall, {cpu:.0f} s CPU, load {os.getloadavg()[0]:.0f}", file=sys.stderr)
        taken[side] = [taken[side][0] + wall, taken[side][1] + cpu]
    wall, cpu = (ours / plain for ours, plain in zip(taken["ours"], taken["plain"], strict=True))
    of = f"burst of {PRODUCTS} products"
    hand = "as many plain DAGs of three tasks, the same work by hand"
    return [Figure(f"{of}, CPU", cpu, "ratio", 1.1, hand), Figure(f"{of}, wall", wall, "ratio", 1.1, hand)]


def _measured(folder: Path, prepare: Callable[[Path, datetime], dict[str, str]]) -> tuple[float, float]:
    """Return the seconds and the CPU seconds from when the scheduler finds all due to the end of the last run."""
    platform = Platform(folder / "airflow", free_port())
    platform.prepare()
    (folder / "feed").mkdir()
    (folder / "feed" / "feed.jsonl").write_text('{"n": 1}\n')
    due = _now().replace(second=0, microsecond=0)
    kept = {k: "" for k in os.environ if k.startswith(("MESH_", "AIRFLOW"))} | {"PYTHONDONTWRITEBYTECODE": ""}
    with Processes(folder / "logs") as processes:
        variables = kept | platform.variables() | prepare(folder, due)
        processes.finish(processes.start("migration", airflow("db", "migrate"), variables))
        start = {c[0]: partial(processes.start, c[0], airflow(*c), variables) for c in COMPONENTS}
        started = [start["api-server"](), start["dag-processor"]()]
        wait_until_up(platform, processes)
        return _until_done(_client(platform), started, start["scheduler"])


def _client(platform: Platform) -> httpx.Client:
    sign_in = {"username": USER, "password": platform.password}
    token = httpx.post(f"{platform.url}/auth/token", json=sign_in, timeout=60).json()["access_token"]
    return httpx.Client(base_url=f"{platform.url}/api/v2", headers={"Authorization": f"Bearer {token}"}, timeout=60)


def _until_done(api: httpx.Client, started: list[Process], schedule: Callable[[], Process]) -> tuple[float, float]:
    while _count(api, "/dags", dag_id_pattern="burst.") < PRODUCTS:
        if _count(api, "/importErrors"):
            raise RuntimeError("a DAG file cannot be imported")
        time.sleep(2)
    before, began = _cpu(started), time.monotonic()
    started = [*started, schedule()]
    while _count(api, "/dags/~/dagRuns", state="success", dag_id_pattern="burst.") < PRODUCTS:
        if _count(api, "/dags/~/dagRuns", state="failed", dag_id_pattern="burst."):
            raise RuntimeError("a run failed")
        time.sleep(2)
    return time.monotonic() - began, _cpu(started) - before


def _count(api: httpx.Client, path: str, **filters: str) -> int:
    answer = api.get(path, params={**filters, "limit": 1})
    answer.raise_for_status()
    found: int = answer.json()["total_entries"]
    return found


def _cpu(started: list[Process]) -> float:
    """Return the CPU seconds of all processes that were started, of theirs, and of those that have ended."""
    sessions, ticks = {process.popen.pid for process in started}, 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        if int(fields[3]) in sessions:
            ticks += sum(map(int, fields[11:15]))
    return ticks / TICKS


def _ours(folder: Path, due: datetime) -> dict[str, str]:
    root = folder / "mesh"
    files = {"mesh.yaml": MESH, "domains/burst/domain.yaml": DOMAIN} | {
        f"domains/burst/p{n}/product.yaml": PRODUCT % {"cron": _cron(due), "name": f"p{n}"} for n in range(PRODUCTS)
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    own = {"HOME": str(folder), "MESH_CONN_FEED": f"file://{folder}/feed"}
    workspace = open_workspace(root, own, {})
    if submit(workspace, "bench", _now()).release is None:
        raise RuntimeError("the gate refuses the mesh of the bench")
    deploy(workspace, _now())
    settings = workspace.settings
    known = {
        "environment": settings.environment, "data": settings.data, "store": settings.store, "keys": settings.keys,
        "database": settings.database.reveal(), "root_key": root_key(workspace), "since": _since(due), "home": root,
    }  # fmt: skip
    return own | {variable(name): str(value) for name, value in known.items()}


def _plain(folder: Path, due: datetime) -> dict[str, str]:
    for name in ("dags", "data"):
        (folder / name).mkdir()
    text = PLAIN.format(
        data=f"{folder}/data", feed=f"{folder}/feed/feed.jsonl", cron=_cron(due), since=_since(due), products=PRODUCTS
    )
    (folder / "dags" / "burst.py").write_text(text)
    bundle = {
        "name": "plain",
        "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle",
        "kwargs": {"path": f"{folder}/dags"},
    }
    return {"AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST": json.dumps([bundle])}


def _cron(due: datetime) -> str:
    return f"{due.minute} {due.hour} * * *"


def _since(due: datetime) -> str:
    return (due - timedelta(days=1)).isoformat()


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  # a bench is an edge
