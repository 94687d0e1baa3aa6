"""Processes: how does a command end everything that it has started, whatever happens?

Each process leads a session of its own, and a session is ended as a whole: the children of Airflow's components outlive
their parents, but stay in the session. Should this process be killed, Linux ends the leaders.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from meshwright.model.errors import MeshError
from meshwright.model.value import value

_GRACE_SECONDS = 8.0
_PR_SET_PDEATHSIG = 1


class ProcessEnded(MeshError):
    """A process that should go on has ended."""


@value
class Process:
    """One process that was started, and the file that all its output goes to."""

    name: str
    popen: "subprocess.Popen[bytes]"
    log: Path

    @property
    def ended(self) -> bool:
        """Tell whether it has ended, by itself or by us."""
        return self.popen.poll() is not None

    def last_words(self, lines: int = 12) -> str:
        """Return the end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


class Processes:
    """The processes of one command: all that is started inside the `with` has ended after it."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._started: list[Process] = []

    def __enter__(self) -> Self:
        self._logs.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, name: str, command: Sequence[str], variables: Mapping[str, str] | None = None) -> Process:
        """Start a process with these environment variables on top of our own."""
        log = self._logs / f"{name}.log"
        with log.open("wb") as output:
            popen = subprocess.Popen(  # noqa: S603  # the commands are our own
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(variables or {})},
                start_new_session=True,
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509  # one system call
            )
        process = Process(name, popen, log)
        self._started.append(process)
        return process

    def finish(self, process: Process) -> None:
        """Wait for a process that ends by itself. Raises `ProcessEnded` when it failed."""
        if process.popen.wait() != 0:
            raise _ended(process)
        self._started.remove(process)

    def expect_alive(self) -> None:
        """Raise `ProcessEnded` when one of them has ended."""
        for process in self._started:
            if process.ended:
                raise _ended(process)

    def stop(self) -> None:
        """End all of them, politely at first, with everything that they started."""
        for process in reversed(self._started):
            if not process.ended:
                process.popen.terminate()
        deadline = time.monotonic() + _GRACE_SECONDS
        for process in self._started:
            with suppress(subprocess.TimeoutExpired):  # killed below, with all that it started
                process.popen.wait(max(0.0, deadline - time.monotonic()))
            _end_session(process.popen.pid, signal.SIGTERM, deadline)
            _end_session(process.popen.pid, signal.SIGKILL, time.monotonic() + _GRACE_SECONDS)
            process.popen.wait()
        self._started.clear()


_libc = ctypes.CDLL(None) if sys.platform == "linux" else None  # loaded here: a fork may not


def _end_with_parent() -> None:
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _ended(process: Process) -> ProcessEnded:
    code = process.popen.returncode
    return ProcessEnded(
        f"`{process.name}` ended with status {code}; its last words:\n{process.last_words()}",
        hint=f"all of its output is in {process.log}",
    )


def _end_session(leader: int, number: signal.Signals, deadline: float) -> None:
    """Send a signal to all in a session, and wait until they are gone or the time is over."""
    living = _session(leader)
    for pid in living:
        with suppress(ProcessLookupError):  # it may just have ended
            os.kill(pid, number)
    while living and time.monotonic() < deadline:
        time.sleep(0.05)
        living = _session(leader)


def _session(leader: int) -> list[int]:
    """Return the living processes of a session; without /proc, as on macOS, those of the leader's group."""
    if not Path("/proc/self/stat").exists():
        return _group(leader)
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            # pid (command, which may hold anything) state ppid group session
            state, _, _, session = stat.read_text().rpartition(")")[2].split()[:4]
        except (OSError, ValueError):
            continue  # it has just ended
        if int(session) == leader and state != "Z":
            found.append(int(stat.parent.name))
    return found


def _group(leader: int) -> list[int]:
    listing = subprocess.run(["ps", "-axo", "pid=,pgid="], capture_output=True, text=True, check=False).stdout  # noqa: S607
    rows = [line.split() for line in listing.splitlines()]
    return [int(pid) for pid, group in rows if int(group) == leader]
