"""Remembered: what was found the last time, by name, beside the state in which it was found.

One piece of the cache holds all of it, so that what has not changed costs a look into a table.
"""

import json
from hashlib import sha256
from typing import Any, Protocol


class Kept(Protocol):
    """What was made before, each under a key that names what it was made of."""

    def get(self, key: bytes) -> bytes | None:
        """Return what was kept under a key."""

    def put(self, key: bytes, content: bytes) -> None:
        """Keep something."""

    def hold(self, key: bytes) -> None:
        """Keep on what was kept under a key, though nobody looks at it."""


class Remembered:
    """Plain values by name. A value counts for one state, which names all that it depends on."""

    def __init__(self, kept: Kept, subject: str) -> None:
        self._kept, self._key = kept, sha256(subject.encode()).digest()
        self._before: dict[str, list[Any]] = _plain(kept.get(self._key))
        self._now: dict[str, list[Any]] = {}

    def get(self, name: str, state: str) -> Any:
        """Return what was found in a state; None when it is another one now."""
        found = self._before.get(name)
        if found is None or found[0] != state:
            return None
        self._now[name] = found
        return found[1]

    def last(self, name: str) -> Any:
        """Return what was found the last time, whatever the state was; None where there is nothing."""
        found = self._before.get(name)
        return None if found is None else found[1]

    def put(self, name: str, state: str, value: Any) -> None:
        """Remember what was found."""
        self._now[name] = [state, value]

    def save(self) -> None:
        """Keep what was found this time, and nothing else."""
        if self._now != self._before:
            self._kept.put(self._key, json.dumps(self._now, separators=(",", ":"), check_circular=False).encode())


def _plain(content: bytes | None) -> dict[str, list[Any]]:
    found = {} if content is None else json.loads(content)
    return found if isinstance(found, dict) else {}
