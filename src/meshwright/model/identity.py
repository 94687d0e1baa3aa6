"""Identity: digests of what was frozen, ids of what was published, and secrets that cannot be printed."""

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime

from meshwright.model.time import utc
from meshwright.model.value import value


@value(order=True)
class Digest:
    """The SHA-256 of some bytes, in hexadecimal."""

    hex: str

    def __post_init__(self) -> None:
        if len(self.hex) != 64 or self.hex.strip("0123456789abcdef"):
            raise ValueError(f"`{self.hex}` is not a SHA-256 digest")

    def __str__(self) -> str:
        return self.hex

    @property
    def short(self) -> str:
        """The first 12 digits: enough for people."""
        return self.hex[:12]

    @classmethod
    def of(cls, content: bytes) -> "Digest":
        """Return the digest of `content`."""
        return cls(hashlib.sha256(content).hexdigest())


@value(order=True)
class PublishId:
    """Minted by `stage`; it travels with the staged data. Sorts by the time of its making."""

    value: str

    def __str__(self) -> str:
        return self.value

    @property
    def run(self) -> str:
        """What the stages of one run have in common, however often it had to stage."""
        return self.value.rpartition("-")[2]

    @classmethod
    def mint(cls, now: datetime, instead_of: "PublishId | None" = None) -> "PublishId":
        """Return a new id for a stage that begins `now`, of the same run as the one that it takes the place of."""
        of = "" if instead_of is None else f"-{instead_of.run}"
        return cls(f"{utc(now):%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}{of}")


class Secret:
    """A value that prints as `***`; `reveal()` is the only way to it, so that every use can be found."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def __repr__(self) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and secrets.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __reduce__(self) -> str:
        raise TypeError("a secret cannot be pickled")

    def reveal(self) -> str:
        """Return the secret itself, for the one call that needs it."""
        return self._value


Connections = Callable[[str], Secret | None]
"""Gives the URL of a connection by its name; None where this place does not know it."""

Keys = Callable[[str], Secret | None]
"""Gives the key of a subject space by its name; None where this place does not know it."""
