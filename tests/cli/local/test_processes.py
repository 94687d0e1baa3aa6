"""Whatever was started has ended afterwards."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from meshwright.cli.local.processes import ProcessEnded, Processes

SLEEP = "import time; time.sleep(600)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); {SLEEP}"
FOSTER = f"""
import os, subprocess, sys
child = subprocess.Popen([sys.executable, '-c', {SLEEP!r}], process_group=0)
print(child.pid, flush=True)
{SLEEP}
"""


def alive(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def wait_for(path: Path) -> str:
    for _ in range(200):
        if path.exists() and path.read_text().endswith("\n"):
            return path.read_text().strip()
        time.sleep(0.05)
    raise AssertionError(f"nothing in {path}")


def test_all_have_ended_after_the_with(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes:
        pids = [processes.start(name, [sys.executable, "-c", SLEEP]).popen.pid for name in ("one", "two")]
        assert all(alive(pid) for pid in pids)
    assert not any(alive(pid) for pid in pids)


def test_an_error_ends_them_too(tmp_path: Path) -> None:
    def failing() -> None:
        with Processes(tmp_path) as processes:
            started.append(processes.start("one", [sys.executable, "-c", SLEEP]).popen.pid)
            raise ZeroDivisionError

    started: list[int] = []
    with pytest.raises(ZeroDivisionError):
        failing()
    assert not alive(started[0])


def test_a_child_that_outlives_its_parent_is_ended(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes:
        process = processes.start("foster", [sys.executable, "-c", FOSTER])
        child = int(wait_for(process.log))
        assert alive(child)
    assert not alive(child)


def test_one_that_will_not_end_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meshwright.cli.local.processes._GRACE_SECONDS", 0.5)
    with Processes(tmp_path) as processes:
        process = processes.start("stubborn", [sys.executable, "-c", STUBBORN])
        wait_for(process.log)
    assert process.popen.returncode == -signal.SIGKILL


def test_when_we_are_killed_they_end(tmp_path: Path) -> None:
    script = f"""
import sys, time
from pathlib import Path
from meshwright.cli.local.processes import Processes
with Processes(Path({str(tmp_path)!r})) as processes:
    print(processes.start("orphan", [sys.executable, "-c", {SLEEP!r}]).popen.pid, flush=True)
    time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        orphan = int(parent.stdout.readline())
        parent.kill()
    for _ in range(100):
        if not alive(orphan):
            return
        time.sleep(0.05)
    os.kill(orphan, signal.SIGKILL)
    pytest.fail("the orphan went on")


def test_one_that_ended_is_noticed_with_its_last_words(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes:
        process = processes.start("brief", [sys.executable, "-c", "print('no such port'); raise SystemExit(3)"])
        process.popen.wait()
        with pytest.raises(ProcessEnded, match=r"`brief` ended with status 3; its last words:\nno such port"):
            processes.expect_alive()


def test_one_that_is_to_end_may_fail(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes, pytest.raises(ProcessEnded):
        processes.finish(processes.start("migration", [sys.executable, "-c", "raise SystemExit(1)"]))
