"""Entry: one signed record of the log, and what makes it one.

Its signature covers all else in it; its `previous` is the digest of the whole entry before, so that none can be
removed, changed or put elsewhere without the next one telling.
"""

from dataclasses import replace
from datetime import datetime

from meshwright.model.codec import canonical, dump
from meshwright.model.identity import Digest
from meshwright.model.value import value
from meshwright.release.keys import SigningKey, verify

ROOT, GATE = "root", "gate"
"""Who signs, beside people by their usernames."""

_CONTEXT = b"meshwright/log/1\n"  # a signature made for anything else is none here


@value
class Delegated:
    """The root lets a key sign for the gate, from here on and instead of the one before."""

    gate_key: str


@value
class Submitted:
    """Somebody asks for a plan to be released.

    `proposal` is what a release of it on `base` would be, kept in the store: so the gate can make it, and others look
    at it, without the author's files. `parts` are what it changes.
    """

    plan: Digest
    author: str
    base: Digest | None
    proposal: Digest
    parts: tuple[str, ...]


@value
class Approved:
    """Somebody says yes to a plan, in the roles in which they were asked."""

    plan: Digest
    person: str
    roles: tuple[str, ...]


@value
class Rejected:
    """Somebody says no to a plan: it waits no longer, and approvals that it had are spent."""

    plan: Digest
    person: str
    reason: str


@value
class Released:
    """The gate allowed a plan of `author`, and this is what came of it.

    `base` is the release that it was judged against, None where nothing ran yet: it may follow that one only.
    `parts` are what it changes.
    """

    release: Digest
    base: Digest | None
    plan: Digest
    author: str
    parts: tuple[str, ...] = ()
    approved_by: tuple[str, ...] = ()


@value
class Pointed:
    """An environment runs this release from here on."""

    environment: str
    release: Digest


@value
class Revoked:
    """A release must not run anywhere any more."""

    release: Digest
    reason: str


Body = Delegated | Submitted | Approved | Rejected | Released | Pointed | Revoked


@value
class Entry:
    """One record, at its place in the log. `previous` is None for the first."""

    sequence: int
    previous: Digest | None
    at: datetime
    body: Body
    signer: str
    key: str
    signature: str = ""

    @property
    def content(self) -> bytes:
        """The one spelling of the whole entry."""
        return canonical(dump(self))

    @property
    def digest(self) -> Digest:
        """What the next entry names it by."""
        return Digest.of(self.content)

    @property
    def is_signed(self) -> bool:
        """Tell whether the owner of `key` has signed what it says."""
        return verify(self.key, self.signature, _signed_part(self))

    def signed(self, key: SigningKey) -> "Entry":
        """Return the entry with the signature of its `key`."""
        return replace(self, signature=key.sign(_signed_part(self)))


def _signed_part(entry: Entry) -> bytes:
    return _CONTEXT + canonical(dump(replace(entry, signature="")))
