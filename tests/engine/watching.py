"""Watching: consumers, each a process of its own, that read a product all the while and remember what they saw."""

import multiprocessing
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from tests.engines.shop import TABLE

from meshwright.engine.protocol import Engine
from meshwright.engine.registry import open_engine
from meshwright.model.errors import NotFound

State = str
"""All that a consumer can read of a table: its columns and its rows."""

UNPUBLISHED: State = "nothing"


@dataclass
class Seen:
    """What the readers saw, each in the order that it saw it; repetitions left out. `reads` counts all."""

    reads: int = 0
    states: list[tuple[State, ...]] = field(default_factory=list)


def state_of(engine: Engine) -> State:
    """Read all of the shop's table."""
    try:
        answer = engine.query("SELECT * FROM sales ORDER BY sale_id, price", (("sales", TABLE),))
    except NotFound:
        return UNPUBLISHED
    return repr((answer.columns, answer.rows))


@contextmanager
def watched(data: str, readers: int = 2, engine: str = "duckdb") -> Iterator[Seen]:
    """Have consumers read a shop while the block runs; what they saw is there when it has ended."""
    context = multiprocessing.get_context("fork")
    ends, processes = [], []
    for _ in range(readers):
        ours, theirs = context.Pipe()
        process = context.Process(target=_read, args=(engine, data, theirs), daemon=True)
        process.start()
        theirs.close()
        ends.append(ours)
        processes.append(process)
    seen = Seen()
    try:
        yield seen
    finally:
        for end, process in zip(ends, processes, strict=True):
            end.send("enough")
            reads, states = end.recv()
            seen.reads += reads
            seen.states.append(states)
            process.join()


def follows(seen: Sequence[State], published: Sequence[State]) -> bool:
    """Tell whether what one reader saw are states that were published, in their order; it may have missed some."""
    rest = iter(published)
    return all(state in rest for state in seen)


def _read(name: str, data: str, parent: Connection) -> None:
    engine = open_engine(name, data, threads=1)
    born_of = os.getppid()
    reads, states = 0, [UNPUBLISHED]
    while not parent.poll() and os.getppid() == born_of:
        state = state_of(engine)
        reads += 1
        if state != states[-1]:
            states.append(state)
        time.sleep(0.01)
    parent.send((reads, tuple(states)))
