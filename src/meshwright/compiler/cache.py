"""Cache: what was made of what a team wrote, kept until that changes.

One SQLite file. Each entry's key names, by content, all that it was made of, so that none can be out of date, and two
processes that make the same write the same. Nothing in here is needed: a file that is damaged, locked or cannot be
written costs time, never an answer.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from weakref import finalize
from zlib import crc32

FILE = "kept.db"
_SURPLUS = 2
"""What nobody asked for makes room when it is more than so many times what somebody did."""


class Cache:
    """What is kept, by key. New entries are written together, at the end of `open_cache`; what is kept can be read on.

    Whoever holds values that are unpacked later may do so in any thread.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._asked: set[bytes] = set()
        self._made: dict[bytes, bytes] = {}
        self._connection = self._connected() or self._connected()

    def get(self, key: bytes) -> bytes | None:
        """Return what was kept under a key."""
        self._asked.add(key)
        if key in self._made or self._connection is None:
            return self._made.get(key)
        try:
            found = self._connection.execute("SELECT content, sum FROM kept WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error as error:
            self._give_up(error)
            return None
        match found:
            case (bytes() as content, total) if crc32(content) == total:
                return content
        return None

    def hold(self, keys: Iterable[bytes]) -> None:
        """Keep on what was kept under some keys, though nobody looks at it."""
        self._asked.update(keys)

    def put(self, key: bytes, content: bytes) -> None:
        """Keep something."""
        self._asked.add(key)
        self._made[key] = content

    def save(self) -> None:
        """Write what is new, in one transaction."""
        if self._connection is None or not self._made:
            return
        try:
            self._write(self._connection)
        except sqlite3.Error as error:
            self._give_up(error)

    def _write(self, connection: sqlite3.Connection) -> None:
        with connection:
            rows = ((key, content, crc32(content)) for key, content in self._made.items())
            connection.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?, ?)", rows)
            (count,) = connection.execute("SELECT count(*) FROM kept").fetchone()
            if count > (1 + _SURPLUS) * len(self._asked):
                connection.execute("CREATE TEMP TABLE asked (key BLOB PRIMARY KEY)")
                connection.executemany("INSERT INTO asked VALUES (?)", ((key,) for key in self._asked))
                connection.execute("DELETE FROM kept WHERE key NOT IN (SELECT key FROM asked)")

    def _connected(self) -> sqlite3.Connection | None:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(self._file, check_same_thread=False)
            finalize(self, connection.close)  # by itself it would be open until somebody looks for garbage
            connection.execute("CREATE TABLE IF NOT EXISTS kept (key BLOB PRIMARY KEY, content BLOB, sum INTEGER)")
            connection.execute("SELECT key, content, sum FROM kept LIMIT 0")
        except (OSError, sqlite3.Error) as error:
            self._give_up(error)
            return None
        return connection

    def _give_up(self, error: Exception) -> None:
        """Go on without the file; remove it when it is damaged, and not just in use or out of reach."""
        self._connection = None
        if _is_damage(error):
            with suppress(OSError):
                self._file.unlink(missing_ok=True)


def _is_damage(error: Exception) -> bool:
    """Tell whether a file is not what it should be: damaged, or with a table of another shape."""
    match error:
        case sqlite3.OperationalError():
            return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR
        case _:
            return isinstance(error, sqlite3.DatabaseError)


@contextmanager
def open_cache(folder: Path) -> Iterator[Cache]:
    """Open the cache in a folder; it begins empty where there is none, or none that can be read."""
    cache = Cache(folder / FILE)
    try:
        yield cache
    finally:
        cache.save()
