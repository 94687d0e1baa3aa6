"""Dying: a real process that kills itself, with SIGKILL, just before a line of what publishes; or only stops there."""

import os
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import Any

WATCHED = ("/engine/duckdb/", "/actions/restore.py")


def lines_of(verb: Callable[[], object]) -> int:
    """Run a verb in a process of its own; return how many of the watched lines it ran."""
    return _in_a_process(verb, sys.maxsize)


def dies_before(line: int, verb: Callable[[], object]) -> None:
    """Run a verb in a process that is killed just before the watched line of that number."""
    _in_a_process(verb, line)


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


def stopped_before(line: int, verb: Callable[[], object]) -> Zombie:
    """Run a verb in a process that stops just before the watched line of that number."""
    child = os.fork()
    if child == 0:
        _live(verb, line, os.open(os.devnull, os.O_WRONLY), signal.SIGSTOP)
    _, status = os.waitpid(child, os.WUNTRACED)
    assert os.WIFSTOPPED(status), "it ended before that line"
    return Zombie(child)


def _in_a_process(verb: Callable[[], object], deadly: int) -> int:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _live(verb, deadly, writing, signal.SIGKILL)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        counted = pipe.read()
    _, status = os.waitpid(child, 0)
    if deadly == sys.maxsize:
        assert status == 0, "the verb itself failed"
        return int(counted)
    assert os.WIFSIGNALED(status), "it ended before that line"
    assert os.WTERMSIG(status) == signal.SIGKILL
    return deadly


def _live(verb: Callable[[], object], deadly: int, writing: int, sent: signal.Signals) -> None:
    count = 0

    def enter(frame: FrameType, event: str, argument: Any) -> Any:
        return watch if any(w in frame.f_code.co_filename for w in WATCHED) else None

    def watch(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        if event == "line":
            count += 1
            if count == deadly:
                os.kill(os.getpid(), sent)
        return watch

    try:
        sys.settrace(enter)
        verb()
        sys.settrace(None)
        os.write(writing, str(count).encode())
        os._exit(0)
    except BaseException:  # noqa: BLE001  # nothing may return into the test that forked us
        sys.settrace(None)
        traceback.print_exc()
    finally:
        os._exit(1)
