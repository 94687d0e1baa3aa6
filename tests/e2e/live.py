"""A small mesh in a real Airflow: its sources deliver when a test says so, and its gate is held by the tests.

`desk` has one product for each way of publishing, all of the same files. `floor` has products that wait for files of
their own, so that a run stays in flight for as long as a test wants; they share a pool of one slot, and may take 20 s.
"""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import httpx
from tests.actions.folders import open_folder

from meshwright.actions.approve import approve
from meshwright.actions.deploy import deploy
from meshwright.actions.release import release as make_releases
from meshwright.actions.submit import submit
from meshwright.cli.local.follow import start_airflow
from meshwright.cli.local.platform import Platform, airflow, free_port
from meshwright.cli.local.processes import Processes
from meshwright.model.address import product_address
from meshwright.model.identity import Digest
from meshwright.model.publish import Publish
from meshwright.model.time import instant_text
from meshwright.workspace.trust import root_key
from meshwright.workspace.workspace import Workspace

NOW, DAY = datetime(2013, 1, 4, tzinfo=UTC), timedelta(days=1)
DAYS = ("2013-01-01", "2013-01-02", "2013-01-03")
MODES = ("append", "ledger", "merge", "partition", "replace")
FEEDS = ("sales", "steady", "leaving")

_MESH = """\
apiVersion: meshwright/v1
kind: Mesh
name: live
people:
  - {username: nadia, name: Nadia Benali}
  - {username: tomas, name: Tomas Horvat}
  - {username: piet, name: Piet Maes, roles: [platform]}
pools: [{name: floor, slots: 1, description: One at a time.}]
environments:
  local: {engine: duckdb, since: 2013-01-01T00:00:00Z, until: 2013-01-04T00:00:00Z}
"""
_DOMAIN = """\
apiVersion: meshwright/v1
kind: Domain
team: {members: [{username: nadia, role: productOwner}]}
support: [{channel: "#desk", tool: slack, url: "https://chat.example/desk"}]
schedule: {cron: "0 0 * * *"}
"""
_FLOOR = "run: {pool: floor, alertAfter: 20s}\n"
_PRODUCT = """\
apiVersion: meshwright/v1
kind: DataProduct
description: {purpose: "What was sold, by day."}
inputPorts:
  - name: feed
    source: {block: files, connection: %(feed)s, path: "{start:%%Y-%%m-%%d}.csv", format: csv, every: 1d}
    contract:
      schema:
        - name: feed
          properties: [{name: day, logicalType: date}, {name: amount, logicalType: integer}]
outputPorts:
  - name: sales
    version: 1.0.0
    publish: {mode: %(mode)s}
    contract:
      schema:
        - name: sales
          description: One row per sale.
          properties:
            - {name: day, logicalType: date, primaryKey: true, partitioned: true, description: When.}
            - {name: amount, logicalType: integer, primaryKey: true, description: How much.}
            - {name: made_by, logicalType: integer, description: Which release made it.}
"""
_READER = '''"""A DAG of somebody else: it runs once for each day that a port of the mesh was told to have written."""

from datetime import datetime

from airflow.sdk import DAG, Asset, PartitionedAssetTimetable, task

DAYS = Asset(name="desk.by-partition:sales@1/partitions", uri="mesh://desk/by-partition/sales/v1/partitions")

with DAG("reader", schedule=PartitionedAssetTimetable(assets=DAYS), start_date=datetime(2013, 1, 1), catchup=False,
         is_paused_upon_creation=False):

    @task
    def read():
        pass

    read()
'''


@dataclass(frozen=True)
class Live:
    """The mesh, the gate's workspace, and a signed-in client of the Airflow that runs it."""

    folder: Path
    workspace: Workspace
    platform: Platform
    settings: Mapping[str, str]
    api: httpx.Client

    def deliver(self, feed: str, amount: int, days: tuple[str, ...] = DAYS) -> None:
        """Let a source deliver the files of some days: two rows each."""
        for day in days:
            file = self.folder / "feeds" / feed / f"{day}.csv"
            file.parent.mkdir(parents=True, exist_ok=True)
            draft = file.with_suffix(".draft")
            draft.write_text(f"day,amount\n{day},{amount}\n{day},{amount + 1}\n")
            draft.replace(file)

    def rows(self, product: str, port: str = "sales") -> list[tuple[str, int, int]]:
        """Return what a port serves: day, amount, and the release that made it, in order."""
        path = self.workspace.settings.data
        file = f"{path}/{product.replace('.', '/')}/data.duckdb"
        with duckdb.connect(file, read_only=True) as connection:
            found = connection.sql(f'SELECT day::VARCHAR, amount, made_by FROM "{port}" ORDER BY ALL').fetchall()
        return [tuple(row) for row in found]

    def publishes(self, product: str) -> list[Publish]:
        """Return the product's publish log, the oldest first."""
        return list(self.workspace.engine().publishes(product_address(product)))

    def get(self, path: str, **filters: Any) -> Any:
        """Ask Airflow's API."""
        answer = self.api.get(path, params=filters)
        assert answer.is_success, answer.text
        return answer.json()

    def post(self, path: str, **body: Any) -> Any:
        """Have Airflow's API do something."""
        answer = self.api.post(path, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def runs(self, product: str) -> list[dict[str, Any]]:
        """Return the runs of a product, the oldest logical date first."""
        found: list[dict[str, Any]] = self.get(f"/dags/{product}/dagRuns", limit=100)["dag_runs"]
        return sorted(found, key=lambda run: (run["logical_date"] or "", run["queued_at"] or ""))

    def run(self, product: str, run_id: str) -> dict[str, Any]:
        """Return one run."""
        found: dict[str, Any] = self.get(f"/dags/{product}/dagRuns/{run_id}")
        return found

    def tasks(self, product: str, run_id: str) -> dict[str, str]:
        """Return how each task of a run is."""
        found = self.get(f"/dags/{product}/dagRuns/{run_id}/taskInstances")["task_instances"]
        return {task["task_id"]: task["state"] for task in found}

    def log(self, product: str, run_id: str, task: str, attempt: int = 1) -> str:
        """Return what one attempt of a task said."""
        path = f"/dags/{product}/dagRuns/{run_id}/taskInstances/{task}/logs/{attempt}"
        return json.dumps(self.get(path)["content"], ensure_ascii=False)

    def airflow(self, *words: str) -> str:
        """Run one of Airflow's own commands to its end, and return what it said."""
        environment = {**os.environ, **self.settings}
        done = subprocess.run(airflow(*words), capture_output=True, text=True, env=environment, check=True, timeout=180)
        return done.stdout


def release(workspace: Workspace) -> Digest:
    """Submit what the files say, have it approved where somebody must be asked, and let it run."""
    if submit(workspace, "nadia", NOW).release is None:
        approve(workspace, "piet", None, NOW)
        make_releases(workspace, None, NOW)
    return deploy(workspace, NOW).release


def until(looks: Callable[[], Any], seconds: float = 600) -> Any:
    """Look until there is something; what it was last is in the failure."""
    deadline = time.monotonic() + seconds
    while True:
        found = looks()
        if found:
            return found
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.5)


def write_product(root: Path, address: str, feed: str, mode: str = "merge", made_by: int = 1) -> None:
    """Write a product's files, as its team would."""
    domain, _, name = address.partition(".")
    folder = root / "domains" / domain / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder.parent / "domain.yaml").write_text(_DOMAIN + (_FLOOR if domain == "floor" else ""))
    (folder / "product.yaml").write_text(_PRODUCT % {"feed": feed, "mode": mode})
    (folder / "sales.sql").write_text(f"SELECT day, amount, {made_by} AS made_by\nFROM feed\n")


@contextmanager
def live_mesh(folder: Path, postgres: str) -> Iterator[Live]:
    """Release the mesh, and start the Airflow that runs it; all of it has ended afterwards."""
    root = folder / "mesh"
    for mode in MODES:
        write_product(root, f"desk.by-{mode}", "sales", mode)
    for name in ("steady", "leaving"):
        write_product(root, f"floor.{name}", name)
    (root / "mesh.yaml").write_text(_MESH)
    feeds = {f"MESH_CONN_{feed.upper()}": f"file://{folder / 'feeds' / feed}" for feed in FEEDS}
    workspace = open_folder(root, **feeds)
    release(workspace)
    with running(folder, workspace, postgres, feeds) as live:
        live.deliver("sales", 1)
        yield live


@contextmanager
def running(folder: Path, workspace: Workspace, postgres: str, more: Mapping[str, str]) -> Iterator[Live]:
    """Start an Airflow for a mesh that was released, which is told some variables `more`; it has ended afterwards.

    Its database is PostgreSQL, as in production: in SQLite, Airflow's scheduler and its commands lock each other out.
    """
    platform = Platform(folder / "airflow", free_port())
    platform.prepare()
    database = {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": postgres.replace("postgresql:", "postgresql+psycopg2:")}
    settings = {**_variables(workspace), **platform.variables(), **database, **more}
    settings |= _with_readers(settings, folder / "readers")
    with Processes(folder / "logs") as processes:
        processes.finish(processes.start("migration", airflow("db", "migrate"), settings))
        start_airflow(platform, processes, settings)
        with signed_in(platform) as api:
            yield Live(folder, workspace, platform, settings, api)


def signed_in(platform: Platform) -> httpx.Client:
    """Return a client of Airflow's API."""
    credentials = {"username": platform.user, "password": platform.password}
    token = httpx.post(f"{platform.url}/auth/token", json=credentials, timeout=60).json()["access_token"]
    return httpx.Client(base_url=f"{platform.url}/api/v2", headers={"Authorization": f"Bearer {token}"}, timeout=60)


def _variables(workspace: Workspace) -> dict[str, str]:
    settings = workspace.settings
    return {
        "MESH_ENVIRONMENT": "local",
        "MESH_STORE": settings.store,
        "MESH_DATA": settings.data,
        "MESH_DATABASE": settings.database.reveal(),
        "MESH_ROOT_KEY": root_key(workspace),
        "MESH_SINCE": instant_text(NOW - 3 * DAY),
        "MESH_UNTIL": instant_text(NOW),
        "MESH_HOME": str(workspace.root),
    }


def _with_readers(settings: Mapping[str, str], readers: Path) -> dict[str, str]:
    """Add a bundle of others beside the mesh's: a DAG that runs once for each partition of a port."""
    readers.mkdir()
    (readers / "readers.py").write_text(_READER)
    name = "AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST"
    local = {
        "name": "readers",
        "classpath": "airflow.dag_processing.bundles.local.LocalDagBundle",
        "kwargs": {"path": str(readers)},
    }
    return {name: json.dumps([*json.loads(settings[name]), local])}
