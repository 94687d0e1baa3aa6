"""The gate may be killed before any step, and its disk may be full: what runs stays whole, and a retry finishes."""

import json
import multiprocessing
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.actions.folders import add_gallery, open_folder, write_mesh
from tests.disk import fill, small_disk

from meshwright.actions.deploy import deploy
from meshwright.actions.submit import submit
from meshwright.model.errors import MeshError
from meshwright.workspace.trust import current_release, history

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
VERBS = pytest.mark.parametrize("verb", ["submit", "deploy", "rollback"])


def killed(folder: Path, verb: str, kills: int) -> dict[str, int]:
    command = [sys.executable, "-m", "tests.actions.killing", str(folder), verb, str(kills)]
    heard = subprocess.run(command, capture_output=True, text=True, check=False)
    assert heard.returncode == 0, heard.stderr[-3000:]
    found: dict[str, int] = json.loads(heard.stdout)
    return found


@VERBS
def test_a_verb_that_is_killed_leaves_what_runs_whole_and_is_done_again(tmp_path: Path, verb: str) -> None:
    assert killed(tmp_path, verb, 4)["kills"] == 4


@pytest.mark.proof
@pytest.mark.timeout(7200)  # hundreds of lines, each with a compile and three processes
@VERBS
def test_a_verb_that_is_killed_before_any_line_leaves_what_runs_whole(tmp_path: Path, verb: str) -> None:
    found = killed(tmp_path, verb, 0)
    assert found["kills"] == found["lines"] > 100


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk") as mounted:
        yield mounted


@pytest.mark.parametrize("leave", [0, 8192, 65536])
def test_a_full_disk_leaves_what_runs_whole(tmp_path: Path, disk: Path, leave: int) -> None:
    root = write_mesh(tmp_path / "mesh")
    workspace = open_folder(root, MESH_STORE=str(disk / "store"))
    submit(workspace, "nadia", NOW)
    first = deploy(workspace, NOW).release
    add_gallery(root)
    filler = fill(disk, leave)
    with pytest.raises(MeshError, match="no space left") if leave < 65536 else nullcontext():
        submit(workspace, "nadia", NOW)
        deploy(workspace, NOW)
    runs = current_release(workspace)
    workspace.store().verify(runs)
    assert runs == first or leave
    filler.unlink()
    submit(workspace, "nadia", NOW)
    assert deploy(workspace, NOW).release != first
    assert len(history(workspace).made()) == 2


def _deploy(root: Path, ready: Callable[[], object]) -> None:
    workspace = open_folder(root)
    ready()
    deploy(workspace, NOW)


def test_of_two_deployers_at_once_one_moves_the_pointer_and_the_other_finds_it_moved(tmp_path: Path) -> None:
    root = write_mesh(tmp_path / "mesh")
    submit(open_folder(root), "nadia", NOW)
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(3)
    processes = [context.Process(target=_deploy, args=(root, barrier.wait)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [p.exitcode for p in processes] == [0, 0, 0]
    assert len(history(open_folder(root)).pointers("local")) == 1
