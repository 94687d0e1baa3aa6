"""Reading: a look into a file of the store, by a DuckDB that this process keeps.

To open DuckDB takes thirty times as long as to attach a file to one that is open, and a run looks into half a dozen
logs. Only our own SQL runs here, and a file is attached for as long as a look takes. Safe to share between threads,
which take turns; a forked process opens its own.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from duckdb import DuckDBPyConnection

from meshwright.engine.duckdb.connection import Limits, attach, name, opened


class _Kept:
    """The DuckDB of this process. Without threads of its own, which a fork would lose."""

    def __init__(self) -> None:
        self.turn = threading.RLock()
        self.connection: DuckDBPyConnection | None = None
        self.parents: DuckDBPyConnection | None = None

    def forget(self) -> None:
        """Leave to the parent what is the parent's: it is neither used nor closed here."""
        self.turn = threading.RLock()
        self.parents, self.connection = self.connection, None

    def open(self) -> DuckDBPyConnection:
        """Return the connection, opened by whoever is the first to need it."""
        if self.connection is None:
            self.connection = opened(None, Limits(threads=1))
        return self.connection


_kept = _Kept()
os.register_at_fork(after_in_child=_kept.forget)


@contextmanager
def reading(path: Path, alias: str) -> Iterator[DuckDBPyConnection]:
    """Attach a file to be read, under a name; it is let go of at the end of the block."""
    with _kept.turn:
        connection = _kept.open()
        attach(connection, path, alias)
        try:
            yield connection
        finally:
            connection.execute(f"DETACH {name(alias)}")
