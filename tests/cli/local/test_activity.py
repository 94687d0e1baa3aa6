"""What Airflow is busy with, from what its API says."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from meshwright.cli.local.activity import Activity, Watch
from meshwright.cli.local.platform import Platform

RUNS: list[dict[str, Any]] = []
TASKS: list[dict[str, Any]] = []


class Airflow(BaseHTTPRequestHandler):
    """As much of Airflow's API as is asked here, two entries a page."""

    def do_POST(self) -> None:
        self._answer(201, {"access_token": "token"})

    def do_GET(self) -> None:
        assert self.headers["Authorization"] == "Bearer token"
        url = urlsplit(self.path)
        name, entries = {"dagRuns": ("dag_runs", RUNS), "taskInstances": ("task_instances", TASKS)}[
            url.path.rpartition("/")[2]
        ]
        offset = int(parse_qs(url.query)["offset"][0])
        self._answer(200, {name: entries[offset : offset + 2], "total_entries": len(entries)})

    def _answer(self, status: int, body: object) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Airflow)
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    platform = Platform(tmp_path, server.server_port)
    platform.prepare()
    yield Watch(platform)
    server.shutdown()
    thread.join()
    server.server_close()


def run(dag: str, number: int = 1) -> dict[str, Any]:
    return {"dag_id": dag, "dag_run_id": f"run{number}"}


@pytest.mark.parametrize(
    ("runs", "waiting", "activity"),
    [
        pytest.param([], [], Activity(frozenset(), frozenset()), id="at rest"),
        pytest.param([run("a"), run("b"), run("c")], [], Activity(frozenset("abc"), frozenset()), id="busy"),
        pytest.param([run("a")], [run("a")], Activity(frozenset(), frozenset("a")), id="waiting"),
        pytest.param(
            [run("a"), run("a", 2)],
            [run("a")],
            Activity(frozenset(), frozenset("a")),
            id="queued behind one that waits",
        ),
        pytest.param([run("a"), run("b")], [run("a")], Activity(frozenset("b"), frozenset("a")), id="one of each"),
    ],
)
def test_what_moves_and_what_waits(
    watch: Watch, runs: list[dict[str, Any]], waiting: list[dict[str, Any]], activity: Activity
) -> None:
    RUNS[:], TASKS[:] = runs, waiting
    assert watch.activity() == activity
