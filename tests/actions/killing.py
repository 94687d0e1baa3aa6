"""Killing: a verb of the gate that dies, with SIGKILL, before one of its lines; what runs then, and what a retry does.

A program of its own, which never opens a store itself: the store's driver has threads, which a fork would lose.
"""

import json
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

from tests.actions.folders import add_gallery, open_folder, write_mesh

from meshwright.actions.deploy import deploy
from meshwright.actions.rollback import rollback
from meshwright.actions.submit import submit
from meshwright.workspace.trust import current_release, history
from meshwright.workspace.workspace import Workspace

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ACTIONS = ("activate", "deploy", "release", "rollback", "submit", "take")
SHARED = ("steps", "trust")
WATCHED = (
    "/meshwright/release/",
    *(f"/meshwright/actions/{name}.py" for name in ACTIONS),
    *(f"/meshwright/workspace/{name}.py" for name in SHARED),
)
VERBS: dict[str, Callable[[Workspace], object]] = {
    "submit": lambda workspace: submit(workspace, "nadia", NOW),
    "deploy": lambda workspace: deploy(workspace, NOW),
    "rollback": lambda workspace: rollback(workspace, first_of(workspace), NOW),
}


def main(folder: Path, verb: str, kills: int) -> None:
    """Kill a verb before `kills` of its lines, spread over all of them (0: before each); print what was seen."""
    template = folder / "template"
    in_a_child(lambda: prepare(template, verb))
    counted = folder / "counted"
    in_a_child(lambda: traced(copied(template, folder / "trial"), verb, sys.maxsize, counted))
    count = int(counted.read_text())
    lines = range(1, count + 1) if not kills else sorted({1 + n * (count - 1) // (kills - 1) for n in range(kills)})
    for line in lines:
        place = copied(template, folder / "trial")
        status = in_a_child(lambda p=place, n=line: traced(p, verb, n, counted), dies=True)
        assert os.WIFSIGNALED(status), f"line {line}: it ended before"
        in_a_child(lambda p=place: is_whole(p, template))
        in_a_child(lambda p=place: VERBS[verb](open_folder(p / "mesh")))
        in_a_child(lambda p=place: is_done(p, verb))
    sys.stdout.write(json.dumps({"lines": count, "kills": len(lines)}))


def first_of(workspace: Workspace) -> str:
    """Return the release to go back to: who is killed, and says it again, must not go back twice."""
    return (workspace.root.parent / "releases").read_text().split()[0]


def copied(template: Path, place: Path) -> Path:
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(template, place)
    return place


def prepare(folder: Path, verb: str) -> None:
    """Bring a mesh to where the verb has something to do."""
    root = write_mesh(folder / "mesh")
    workspace = open_folder(root)
    submit(workspace, "nadia", NOW)
    first = deploy(workspace, NOW).release
    add_gallery(root)
    second = first
    if verb != "submit":
        second = submit(workspace, "nadia", NOW).release or first
    if verb == "rollback":
        deploy(workspace, NOW)
    (folder / "releases").write_text(f"{first}\n{second}")


def is_whole(place: Path, template: Path) -> None:
    """Fail unless a release of before or after runs, all of it, and the log can be trusted."""
    workspace = open_folder(place / "mesh")
    runs = current_release(workspace)
    assert str(runs) in (template / "releases").read_text().split()
    workspace.store().verify(runs)


def is_done(place: Path, verb: str) -> None:
    workspace = open_folder(place / "mesh")
    first, second = (place / "releases").read_text().split()
    runs, made = str(current_release(workspace)), history(workspace).made()
    assert runs == {"submit": first, "deploy": second, "rollback": first}[verb]
    assert len(made) == 2, "released twice"
    workspace.store().verify(made[-1].release)


def traced(place: Path, verb: str, deadly: int, counted: Path) -> None:
    count = 0

    def enter(frame: FrameType, event: str, argument: Any) -> Any:
        return watch if any(w in frame.f_code.co_filename for w in WATCHED) else None

    def watch(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        if event == "line":
            count += 1
            if count == deadly:
                os.kill(os.getpid(), signal.SIGKILL)
        return watch

    workspace = open_folder(place / "mesh")
    sys.settrace(enter)
    VERBS[verb](workspace)
    sys.settrace(None)
    counted.write_text(str(count))


def in_a_child(work: Callable[[], object], *, dies: bool = False) -> int:
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        except BaseException:  # noqa: BLE001  # nothing may return into the program that forked us
            traceback.print_exc()
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert dies or status == 0, "what was left could not be used"
    return status


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
