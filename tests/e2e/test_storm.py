"""A mesh in real Airflow, whose source never stops, while it is released anew, paused and killed.

Whatever happens: a run ends on the release that it began with, nobody else is disturbed, and in the end each publish
of an input is covered by one publish of each consumer, as the publish logs say and the rows.
"""

import json
import os
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.e2e import mill

from meshwright.actions.approve import approve
from meshwright.actions.deploy import deploy
from meshwright.actions.reconcile import GRACE, reconcile
from meshwright.actions.submit import submit
from meshwright.cli.local.follow import wait_until_up
from meshwright.cli.local.platform import COMPONENTS, USER, Platform, airflow, free_port
from meshwright.cli.local.processes import Process, Processes
from meshwright.engine.protocol import Engine
from meshwright.model.address import ProductAddress, product_address
from meshwright.model.naming import RECONCILER
from meshwright.model.publish import Publish
from meshwright.release import cut
from meshwright.runs.coverage import coverage
from meshwright.workspace.deployed import deployed
from meshwright.workspace.settings import variable
from meshwright.workspace.trust import root_key
from meshwright.workspace.workspace import Workspace, open_workspace

pytestmark = [
    pytest.mark.airflow,
    pytest.mark.proof,
    pytest.mark.xdist_group("airflow"),
    pytest.mark.timeout(3000),
]
ALL = ("north.orders", "south.sales", "south.tally", "south.chain", "west.old", "west.flaky")
LAST = {"north.orders", "south.sales", "south.tally", "south.chain", "south.a0", "south.a1"}
CLOCKS = ("south.tally", "north.orders")
SABOTAGE = Path(__file__).parent / "sabotage"
_UNFINISHED = ("queued", "running")


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  # a storm has no other clock


@dataclass
class Storm:
    """One Airflow, one mesh, and what is done to both."""

    folder: Path
    workspace: Workspace
    platform: Platform
    processes: Processes
    variables: dict[str, str]
    components: dict[str, Process] = field(default_factory=dict)
    deployments: list[tuple[datetime, str]] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    _token: str = ""

    @property
    def root(self) -> Path:
        return self.workspace.root

    def release(self) -> str:
        """Propose what the files say, approve it where that is asked, and let it run while a run is in flight."""
        now = _now()
        if submit(self.workspace, "nadia", now).release is None:
            approve(self.workspace, "tomas", None, now)
            assert submit(self.workspace, "nadia", now).release
        if self.deployments:
            self.until("a run is in flight", lambda: self.runs("running"))
        at = _now()
        digest = str(deploy(self.workspace, at).release)
        self.deployments.append((at, digest))
        self.done["deployments"] += 1
        return digest

    def start(self, name: str) -> None:
        words = next(c for c in COMPONENTS if c[0] == name)
        self.done[f"{name} started"] += 1
        self.components[name] = self.processes.start(
            f"{name}-{self.done[f'{name} started']}", airflow(*words), self.variables
        )

    def kill(self, name: str) -> None:
        """End a component, and all that it has started, as a power cut does; start it again."""
        os.killpg(self.components[name].popen.pid, signal.SIGKILL)
        self.components[name].popen.wait()
        self.done[f"{name} killed"] += 1
        self.start(name)

    def call(self, method: str, path: str, **words: Any) -> Any:
        if not self._token:
            sign_in = {"username": USER, "password": self.platform.password}
            answer = httpx.post(f"{self.platform.url}/auth/token", json=sign_in, timeout=60)
            self._token = answer.json()["access_token"]
        url, headers = f"{self.platform.url}/api/v2{path}", {"Authorization": f"Bearer {self._token}"}
        answer = httpx.request(method, url, headers=headers, timeout=60, **words)
        answer.raise_for_status()
        return answer.json()

    def pause(self, dag: str, *, paused: bool) -> None:
        self.call("PATCH", f"/dags/{dag}", json={"is_paused": paused})
        self.done["pauses" if paused else "unpauses"] += 1

    def runs(self, *states: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while True:
            page = self.call("GET", "/dags/~/dagRuns", params={"limit": 100, "offset": len(found), "state": states})
            found += page["dag_runs"]
            if not page["dag_runs"] or len(found) >= page["total_entries"]:
                return [run for run in found if run["dag_id"] != RECONCILER]

    def tasks(self, *states: str) -> int:
        """Return how many tasks are in such a state, the reconciler's not counted."""
        page = self.call("GET", "/dags/~/dagRuns/~/taskInstances", params={"limit": 100, "state": states})
        return sum(task["dag_id"] != RECONCILER for task in page["task_instances"])

    @property
    def engine(self) -> Engine:
        return self.workspace.engine()

    def log(self, product: str) -> tuple[Publish, ...]:
        return self.engine.publishes(product_address(product))

    def until(self, what: str, true: Callable[[], object], seconds: float = 420) -> None:
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, f"{what}: {self.explained()}"
            time.sleep(1)

    def until_more(self, *products: str, more: int = 1) -> None:
        """Wait until each of these has published so many times more."""
        before = {product: len(self.log(product)) for product in products}
        self.until(f"{products} publish", lambda: all(len(self.log(p)) >= n + more for p, n in before.items()))

    def explained(self) -> str:
        counts = {product: len(self.log(product)) for product in ALL}
        states = Counter((run["dag_id"], run["state"]) for run in self.runs())
        return f"{counts} {dict(states)}"


@pytest.fixture(scope="module")
def storm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storm]:
    folder = tmp_path_factory.mktemp("storm")
    now = _now().replace(second=0, microsecond=0)
    mill.write_mesh(folder / "mesh")
    mill.deliver(folder / "feed", now - 3 * mill.MINUTE, 60)
    own = {"HOME": str(folder / "home"), "MESH_CONN_FEED": f"file://{folder / 'feed'}"}
    workspace = open_workspace(folder / "mesh", own, {})
    platform = Platform(folder / "airflow", free_port())
    with pytest.MonkeyPatch.context() as patch, Processes(folder / "logs") as processes:
        patch.setattr(cut, "SHARD_SIZE", 2)
        platform.prepare()
        made = Storm(folder, workspace, platform, processes, {})
        made.release()
        settings = workspace.settings
        known = {
            "environment": settings.environment, "data": settings.data, "store": settings.store,
            "database": settings.database.reveal(), "keys": settings.keys, "root_key": root_key(workspace),
            "reconcile": "30s", "home": workspace.root,
        }  # fmt: skip
        kept = {k: "" for k in os.environ if k.startswith(("MESH_", "AIRFLOW"))}
        paths = {"PYTHONPATH": str(SABOTAGE), "SABOTAGE": str(folder / "sabotage")}
        made.variables = kept | own | paths | {variable(n): str(v) for n, v in known.items()} | platform.variables()
        processes.finish(processes.start("migration", airflow("db", "migrate"), made.variables))
        for name, *_ in COMPONENTS:
            made.start(name)
        wait_until_up(platform, processes)
        yield made


@pytest.fixture(scope="module")
def over(storm: Storm) -> Storm:
    """The storm, when it is over and all is at rest."""
    storm.until_more(*ALL)
    storm.pause("south.sales", paused=True)
    _release_while_runs_are_in_flight(storm, lambda: (mill.add(storm.root, 1), mill.reword(storm.root, "Other.")))
    storm.kill("scheduler")
    storm.until_more("north.orders", "south.tally")
    _release_while_runs_are_in_flight(storm, lambda: shutil.rmtree(storm.root / "domains/west/old"))
    _break(storm, "west.flaky")
    storm.until_more("north.orders")
    storm.pause("south.sales", paused=False)
    (storm.folder / "sabotage").write_text("2")
    storm.until("a worker is killed", lambda: (storm.folder / "sabotage").read_text() == "0")
    storm.done["workers killed"] += 2
    storm.kill("dag-processor")
    _release_while_runs_are_in_flight(storm, lambda: (mill.add(storm.root, 0), mill.reword(storm.root, "Yet others.")))
    storm.until_more(*LAST)
    storm.until("all run the last release", lambda: _done(storm, storm.deployments[-1][1]) >= LAST)
    for clock in CLOCKS:
        storm.pause(clock, paused=True)
    storm.until("all is at rest", lambda: _is_at_rest(storm), seconds=600)
    return storm


def _busy(storm: Storm) -> set[str]:
    return {run["dag_id"] for run in storm.runs(*_UNFINISHED)}


def _done(storm: Storm, release: str) -> set[str]:
    """Return the products of which a run of a release has succeeded."""
    return {run["dag_id"] for run in storm.runs("success") if run["bundle_version"] == release}


def _is_at_rest(storm: Storm) -> bool:
    """Tell whether nothing runs, and nothing is missing but of the product that was broken.

    A run of a product that is paused stays where it is: Airflow ends the task that it is at, and begins no other.
    """
    missing = {str(due.product) for due in reconcile(storm.workspace, _now() + GRACE).due}
    return _busy(storm) <= {*CLOCKS} and not storm.tasks(*_UNFINISHED) and missing <= {"west.flaky"}


def _release_while_runs_are_in_flight(storm: Storm, change: Callable[[], object]) -> None:
    change()
    storm.until("runs are in flight", lambda: len(_busy(storm)) >= 2)
    storm.release()


def _break(storm: Storm, product: str) -> None:
    """Change a byte of a product wherever the runs of the current release read it."""
    record = storm.platform.home / "bundles/mesh/versions" / storm.deployments[-1][1] / "products" / f"{product}.json"
    storm.until("a run of the release has begun", record.exists)
    record.write_bytes(record.read_bytes().replace(b"Numbers", b"Letters"))
    storm.until(f"{product} fails", lambda: [r for r in storm.runs("failed") if r["dag_id"] == product])


def _evidence(storm: Storm) -> Iterator[tuple[dict[str, Any], Publish]]:
    """Yield each run that published, beside what it published."""
    products = [*ALL, "south.a0", "south.a1"]
    published = {str(p.publish_id): p for product in products for p in storm.log(product)}
    for run in storm.runs("success"):
        path = f"/dags/{run['dag_id']}/dagRuns/{run['dag_run_id']}/taskInstances/stage/xcomEntries/return_value"
        try:
            minted = storm.call("GET", path)["value"]
        except httpx.HTTPStatusError:
            continue  # it was skipped: there was nothing new
        yield run, published[json.loads(minted) if minted.startswith('"') else minted]


def test_a_run_ends_on_the_release_that_it_began_with(over: Storm) -> None:
    evidence = list(_evidence(over))
    assert len(evidence) > 20
    assert [
        (run["dag_id"], run["bundle_version"]) for run, p in evidence if str(p.release) != run["bundle_version"]
    ] == []
    for at, _ in over.deployments[1:]:
        flying = [r for r, _ in evidence if r["start_date"] < at.isoformat() < r["end_date"]]
        assert flying, "no run was in flight"
    sys.stdout.write(f"{dict(over.done)}, {len(over.runs())} runs, {len(evidence)} published: {over.explained()}\n")


def test_new_runs_use_the_new_release_and_none_goes_back(over: Storm) -> None:
    place = {release: number for number, (_, release) in enumerate(over.deployments)}
    begun: dict[str, list[int]] = {}
    for run in sorted(over.runs(), key=lambda run: run["queued_at"]):
        begun.setdefault(run["dag_id"], []).append(place[run["bundle_version"]])
    assert {dag: places for dag, places in begun.items() if places != sorted(places)} == {}
    assert {dag: max(begun[dag]) for dag in LAST} == dict.fromkeys(LAST, len(over.deployments) - 1)


def test_nobody_else_was_disturbed(over: Storm) -> None:
    assert {run["dag_id"] for run in over.runs("failed")} == {"west.flaky"}
    assert over.call("GET", "/importErrors")["import_errors"] == []


def test_each_publish_is_covered_by_one_publish_of_each_consumer(over: Storm) -> None:
    products = deployed(over.workspace).graph.mesh.products
    logs = {p.address: over.engine.publishes(p.address) for p in products}
    found = {str(c.product): c for c in coverage(products, logs) if c.product != ProductAddress("west", "flaky")}
    assert [c for c in found.values() if c.repeated] == []
    assert [(name, left.publish.interval) for name, c in found.items() for left in c.left if left.due] == []
    assert [c for name, c in found.items() if c.left and name != "south.tally"] == []


def test_consumers_hold_what_their_inputs_do(over: Storm) -> None:
    orders = _rows(over, "north.orders")
    assert len(orders) >= 5
    assert _rows(over, "south.sales") == _rows(over, "south.a1") == _rows(over, "south.a0") == orders
    assert _rows(over, "south.chain") == {minute: 2 * n for minute, n in orders.items()}
    tally = _rows(over, "south.tally")
    assert tally == {minute: n for minute, n in orders.items() if min(tally) <= minute <= max(tally)}


def _rows(storm: Storm, product: str) -> dict[str, int]:
    address = product_address(product)
    found = storm.engine.query("SELECT minute, n FROM it", (("it", address.port(address.product, 1).table()),)).rows
    assert len(dict(found)) == len(found)
    return {str(minute): int(str(n)) for minute, n in found}
