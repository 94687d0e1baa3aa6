"""Harness: several rounds, ours and the other in turn, in CPU seconds: wall time proves nothing on a busy machine."""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

BYTECODE = tempfile.TemporaryDirectory(prefix="bench-bytecode-")
INSTALLED = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | {
    "PYTHONPYCACHEPREFIX": BYTECODE.name
}
"""The environment of commands: with bytecode, as installed packages have it, whatever this machine says of that."""


@dataclass(frozen=True)
class Figure:
    """One measured figure; smaller is better. `versus` says what it was held against."""

    bench: str
    value: float
    unit: str
    target: float
    versus: str

    def plain(self) -> dict[str, Any]:
        return asdict(self) | {"value": round(self.value, 4)}


@dataclass(frozen=True)
class Spent:
    """What one command took, its own processes included: CPU seconds, and its peak of memory."""

    seconds: float
    gigabytes: float


def spent(words: Sequence[str], variables: Mapping[str, str]) -> Spent:
    """Run a command, quietly, with more environment variables; it insists that it ends well."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(words, stdout=said, stderr=said, env=INSTALLED | dict(variables))
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        if process.returncode:
            raise RuntimeError(f"{words} ended with {process.returncode}: {said.read()[-4000:].decode()}")
    return Spent(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1e6)


def cpu_seconds() -> float:
    """Return the CPU seconds, user and system, of this process and of its children that have ended."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in usages)


def cost(work: Callable[[], object]) -> float:
    """Return the CPU seconds that one call takes, its child processes included."""
    before = cpu_seconds()
    work()
    return cpu_seconds() - before


def ratio(ours: Callable[[], object], other: Callable[[], object], rounds: int = 5) -> float:
    """Return the median of ours / other, pair by pair, after one round that is not counted."""
    pairs = [(cost(ours), cost(other)) for _ in range(rounds + 1)][1:]
    print(f"  ours {[round(a, 3) for a, _ in pairs]}  other {[round(b, 3) for _, b in pairs]}", file=sys.stderr)
    return statistics.median(a / b for a, b in pairs)


def seconds(work: Callable[[], object], rounds: int = 5, before: Callable[[], object] = lambda: None) -> float:
    """Return the median CPU seconds of a call, after one that is not counted; `before` prepares each, uncounted."""
    costs = []
    for _ in range(rounds + 1):
        before()
        costs.append(cost(work))
    print(f"  {[round(c, 3) for c in costs[1:]]}", file=sys.stderr)
    return statistics.median(costs[1:])


def command(*words: str | bytes, expect: Sequence[int] = (0,), **variables: str) -> Callable[[], None]:
    """Return a call that runs a command, quietly, with more environment variables; it insists on its exit status."""

    def run() -> None:
        done = subprocess.run(words, capture_output=True, text=True, check=False, env=INSTALLED | variables)
        if done.returncode not in expect:
            raise RuntimeError(f"{words} ended with {done.returncode}: {done.stderr[-2000:]}")

    return run
