"""Dying: a real process that kills itself, with SIGKILL, just before a step of its verb; or only stops there.

A step is a line of what publishes on DuckDB, or a request to BigQuery: the moment before it is sent, and the one after
it was answered, when nobody here knows yet.
"""

import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

import requests

Verb = Callable[[], object]
Steps = Callable[[Callable[[], None]], AbstractContextManager[None]]
"""What calls a function at each step, for as long as its context lasts."""

WATCHED = ("/engine/duckdb/", "/actions/restore.py")


@contextmanager
def lines(step: Callable[[], None]) -> Iterator[None]:
    """Take each line of what publishes on DuckDB for a step."""

    def enter(frame: FrameType, event: str, argument: Any) -> Any:
        return watch if any(w in frame.f_code.co_filename for w in WATCHED) else None

    def watch(frame: FrameType, event: str, argument: Any) -> Any:
        if event == "line":
            step()
        return watch

    sys.settrace(enter)
    try:
        yield
    finally:
        sys.settrace(None)


@contextmanager
def exchanges(step: Callable[[], None]) -> Iterator[None]:
    """Take for a step each request before it is sent, and each answer before it is read; for the rest of a process."""
    send = requests.Session.send

    def sends(session: requests.Session, request: requests.PreparedRequest, **more: Any) -> requests.Response:
        step()
        answer = send(session, request, **more)
        step()
        return answer

    requests.Session.send = sends  # type: ignore[method-assign]
    yield


def steps_of(verb: Verb, steps: Steps = lines) -> int:
    """Run a verb in a process of its own; return how many steps it took."""
    return _in_a_process(verb, sys.maxsize, steps)


def dies_before(step: int, verb: Verb, steps: Steps = lines) -> None:
    """Run a verb in a process that is killed just before its step of that number."""
    _in_a_process(verb, step, steps)


@dataclass(frozen=True)
class Zombie:
    """A process that has stopped in the middle of a verb, and does not know that others go on."""

    child: int

    def wakes(self) -> None:
        """Let it go on."""
        os.kill(self.child, signal.SIGCONT)

    def succeeds(self) -> bool:
        """Wait until it has ended; tell whether its verb did what it should."""
        _, status = os.waitpid(self.child, 0)
        return status == 0


def stopped_before(step: int, verb: Verb, steps: Steps = lines) -> Zombie:
    """Run a verb in a process that stops just before its step of that number."""
    child = os.fork()
    if child == 0:
        _live(verb, steps, _Death(step, signal.SIGSTOP), os.open(os.devnull, os.O_WRONLY))
    _, status = os.waitpid(child, os.WUNTRACED)
    assert os.WIFSTOPPED(status), "it ended before that step"
    return Zombie(child)


@dataclass
class _Death:
    """The signal that a process sends itself before a step; and how many steps it has taken."""

    step: int
    signal: signal.Signals
    taken: int = 0

    def comes(self) -> None:
        self.taken += 1
        if self.taken == self.step:
            os.kill(os.getpid(), self.signal)


def _in_a_process(verb: Verb, deadly: int, steps: Steps) -> int:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _live(verb, steps, _Death(deadly, signal.SIGKILL), writing)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        counted = pipe.read()
    _, status = os.waitpid(child, 0)
    if deadly == sys.maxsize:
        assert status == 0, "the verb itself failed"
        return int(counted)
    assert os.WIFSIGNALED(status), "it ended before that step"
    assert os.WTERMSIG(status) == signal.SIGKILL
    return deadly


def _live(verb: Verb, steps: Steps, death: _Death, writing: int) -> None:
    try:
        with steps(death.comes):
            verb()
        os.write(writing, str(death.taken).encode())
        os._exit(0)
    except BaseException:  # noqa: BLE001  # nothing may return into the test that forked us
        sys.settrace(None)
        traceback.print_exc()
    finally:
        os._exit(1)
