"""Dying: a real process that kills itself, with SIGKILL, just before a line of the engine."""

import os
import signal
import sys
import traceback
from collections.abc import Callable
from types import FrameType
from typing import Any

ENGINE = "/engine/duckdb/"


def lines_of(verb: Callable[[], object]) -> int:
    """Run a verb in a process of its own; return how many lines of the engine it ran."""
    return _in_a_process(verb, sys.maxsize)


def dies_before(line: int, verb: Callable[[], object]) -> None:
    """Run a verb in a process that is killed just before the engine's line of that number."""
    _in_a_process(verb, line)


def _in_a_process(verb: Callable[[], object], deadly: int) -> int:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _live(verb, deadly, writing)
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


def _live(verb: Callable[[], object], deadly: int, writing: int) -> None:
    count = 0

    def enter(frame: FrameType, event: str, argument: Any) -> Any:
        return watch if ENGINE in frame.f_code.co_filename else None

    def watch(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        if event == "line":
            count += 1
            if count == deadly:
                os.kill(os.getpid(), signal.SIGKILL)
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
