"""Log: who did what to the releases of a mesh, in an order that nobody can change unseen.

Records are appended by creating the next number, which only one writer can. `verify` needs the root's public key and
nothing else. What it returns was read once, so that whoever asks it twice hears the same.
"""

import json
from datetime import datetime
from itertools import pairwise

from meshwright.model.codec import load
from meshwright.model.errors import Corrupt, NotFound, Overtaken, Refused
from meshwright.model.identity import Digest
from meshwright.model.value import value
from meshwright.release.entry import (
    GATE,
    ROOT,
    Approved,
    Body,
    Delegated,
    Entry,
    Pointed,
    Rejected,
    Released,
    Revoked,
    Submitted,
)
from meshwright.release.keys import SigningKey
from meshwright.release.objects import open_objects

_ATTEMPTS = 20


@value
class Head:
    """The last record that somebody has seen: a log that does not hold it has lost records."""

    sequence: int
    digest: Digest


@value
class History:
    """A log as it was verified: its records, oldest first, and the key that signs for the gate now."""

    entries: tuple[Entry, ...]
    gate_key: str

    @property
    def head(self) -> Head:
        """The last record."""
        return Head(self.entries[-1].sequence, self.entries[-1].digest)

    def pointers(self, environment: str) -> tuple[tuple[int, Digest], ...]:
        """Return what an environment was told to run, oldest first, each with the number of the record that said so."""
        bodies = ((e.sequence, e.body) for e in self.entries)
        return tuple((n, b.release) for n, b in bodies if isinstance(b, Pointed) and b.environment == environment)

    def pointer(self, environment: str) -> tuple[Head, Digest] | None:
        """Return the record that says what an environment runs, and what it runs; None before its first deployment."""
        pointed = [e for e in self.entries if isinstance(e.body, Pointed) and e.body.environment == environment]
        release = self.current(environment)
        return (Head(pointed[-1].sequence, pointed[-1].digest), release) if release else None

    @property
    def environments(self) -> tuple[str, ...]:
        """The environments that run something."""
        return tuple(sorted({e.body.environment for e in self.entries if isinstance(e.body, Pointed)}))

    def current(self, environment: str) -> Digest | None:
        """Return what an environment runs; None before its first deployment. Raises `Refused` for a revoked one."""
        pointers = self.pointers(environment)
        if not pointers:
            return None
        self.refuse_revoked(pointers[-1][1])
        return pointers[-1][1]

    def made(self, release: Digest | None = None) -> tuple[Released, ...]:
        """Return what the gate released, oldest first: all, or how one release was made against each of its bases."""
        bodies = (e.body for e in self.entries)
        return tuple(b for b in bodies if isinstance(b, Released) and release in (None, b.release))

    @property
    def revoked(self) -> dict[Digest, str]:
        """The releases that must not run any more, each with the reason."""
        bodies = (e.body for e in self.entries)
        return {b.release: b.reason for b in bodies if isinstance(b, Revoked)}

    def refuse_revoked(self, release: Digest) -> None:
        """Raise `Refused` when a release must not run any more."""
        reason = self.revoked.get(release)
        if reason is not None:
            hint = "`mesh rollback` goes back to the one before; `mesh deploy` is for a new one"
            raise Refused(f"release {release.short} was revoked: {reason}", hint=hint)


class Log:
    """The log under one URL or folder."""

    def __init__(self, url: str) -> None:
        self._objects = open_objects(url)

    def append(self, body: Body, signer: str, key: SigningKey, now: datetime, *, after: Head | None = None) -> Entry:
        """Add a record, signed by `signer`'s key; with `after`, only as the one that follows it.

        Raises `Overtaken` when others keep adding theirs first.
        """
        for _ in range(1 if after else _ATTEMPTS):
            head = after or self._head()
            sequence, previous = (head.sequence + 1, head.digest) if head else (0, None)
            entry = Entry(sequence, previous, now, body, signer, key.public).signed(key)
            if self._objects.create(_name(sequence), entry.content):
                return entry
        raise Overtaken(
            "somebody else has just written to the log", hint="try again: what they did may change the outcome"
        )

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing has been recorded yet."""
        return not self._objects.names(_FOLDER)

    def verify(self, root_key: str, *seen: Head) -> History:
        """Return the whole log, verified under the root's public key.

        Raises `NotFound` for an empty log, else `Corrupt` naming the record that was removed, changed, put elsewhere or
        signed by nobody who may; also when it no longer holds what was `seen` in it before.
        """
        names = self._objects.names(_FOLDER)
        if not names and not seen:
            raise NotFound("nothing has been released yet", hint="`mesh submit` makes the first release")
        for number, name in enumerate(names):
            if name != _name(number):
                raise _corrupt(number, "is missing: it was removed")
        entries = tuple(self._objects.each(self._entry, names))
        _refuse_broken_chain(entries)
        gate_key = _refuse_unauthorised(entries, root_key)
        for head in seen:
            _refuse_lost(entries, head)
        return History(entries, gate_key)

    def _head(self) -> Head | None:
        names = self._objects.names(_FOLDER)
        if not names:
            return None
        last = self._entry(names[-1])
        return Head(last.sequence, last.digest)

    def _entry(self, name: str) -> Entry:
        number = int(name.removeprefix(f"{_FOLDER}/").removesuffix(".json"))
        content = self._objects.read(name) or b""
        try:
            entry = load(Entry, json.loads(content))
        except (ValueError, KeyError, TypeError):
            raise _corrupt(number, "was changed: it cannot be read") from None
        if entry.sequence != number:
            raise _corrupt(number, f"is not the one that was written there: it is record {entry.sequence}")
        if entry.content != content or not entry.is_signed:
            raise _corrupt(number, "was changed: its signature does not fit what it says")
        return entry


_FOLDER = "log"


def _name(sequence: int) -> str:
    return f"{_FOLDER}/{sequence:08}.json"


def _corrupt(number: int, what: str) -> Corrupt:
    return Corrupt(f"record {number} of the log {what}", hint="restore the log from a copy of the store")


def _refuse_broken_chain(entries: tuple[Entry, ...]) -> None:
    for before, entry in pairwise(entries):
        if entry.previous != before.digest:
            raise _corrupt(before.sequence, f"is not the one that record {entry.sequence} follows: it was exchanged")


def _refuse_unauthorised(entries: tuple[Entry, ...], root_key: str) -> str:
    """Return the gate's key; every record is signed by a key that may sign it at its place."""
    gate_key = ""
    for entry in entries:
        match entry.body:
            case Delegated(gate_key=delegated):
                allowed = entry.signer == ROOT and entry.key == root_key
                gate_key = delegated if allowed else gate_key
            case Approved(person=person) | Rejected(person=person) | Submitted(author=person):
                allowed = entry.signer == person or (entry.signer == GATE and entry.key == gate_key)
            case Released() | Pointed() | Revoked():
                allowed = entry.signer == GATE and entry.key == gate_key
        if not allowed:
            raise _corrupt(entry.sequence, "is signed by a key that this environment does not trust")
    return gate_key


def _refuse_lost(entries: tuple[Entry, ...], seen: Head) -> None:
    if seen.sequence >= len(entries):
        raise _corrupt(len(entries), f"is missing: {seen.sequence} was the last that was seen here before")
    if entries[seen.sequence].digest != seen.digest:
        raise _corrupt(seen.sequence, "is not the one that was seen here before")
