"""Pseudonyms: by which keys does a subject become the same everywhere, and in no other subject space?

A pseudonym is `HMAC-SHA-256(key, space + ":" + value)`, in hexadecimal. Its space is a part of what is hashed, so that
two spaces have nothing in common even where somebody gave them one key. A rotation adds a key: the pseudonym by the
keys before is hashed once more. So what was published comes to the new key without what it was made from.
docs/decisions/0027 and 0085 say why it is made so.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterable

from meshwright.model.errors import FinalError
from meshwright.model.identity import Keys, Secret
from meshwright.model.mask import Pseudonym
from meshwright.model.naming import key_name, key_variable
from meshwright.model.product import DataProduct, OutputTable
from meshwright.model.publish import KeyUsed
from meshwright.model.value import value

Pseudonymise = Callable[[str], str]
"""Gives the pseudonym of a value. It holds its keys; nothing else does."""

SHORTEST_KEY = 32
NOBODY = "\0"
"""A text that no subject is: its pseudonym tells keys apart, and nothing of them."""


@value
class Keyring:
    """The keys of one subject space, the oldest first."""

    space: str
    keys: tuple[Secret, ...]

    @property
    def used(self) -> KeyUsed:
        """What may be told of the keys."""
        return self._used(len(self.keys))

    @property
    def pseudonymise(self) -> Pseudonymise:
        """What makes the pseudonyms of the space."""
        return _each([_keyed(self.space, key) for key in self.keys])

    def brought(self, held: KeyUsed) -> Pseudonymise | None:
        """Return what brings pseudonyms by some of the keys to all of them; None where others made them."""
        for number in range(1, len(self.keys) + 1):
            if self._used(number) == held:
                return _each([_keyed(self.space, key) for key in self.keys[number:]])
        return None

    def _used(self, number: int) -> KeyUsed:
        made = _each([_keyed(self.space, key) for key in self.keys[:number]])
        return KeyUsed(self.space, made(NOBODY)[:16])


def spaces_of(tables: Iterable[OutputTable]) -> tuple[str, ...]:
    """Return the subject spaces that tables make pseudonyms of."""
    masks = (column.mask for table in tables for column in table.made_columns)
    return tuple(sorted({mask.space for mask in masks if isinstance(mask, Pseudonym)}))


def keyrings(product: DataProduct, keys: Keys, *, made_up: bool) -> tuple[Keyring, ...]:
    """Return the keys of each subject space that a product names.

    Raises `FinalError` where a key is missing, or too short to be one. Where all data are `made_up`, there is nobody to
    protect: a throw-away key does, the same everywhere, so that what is made up still joins.
    """
    spaces = spaces_of(table for _, table in product.tables())
    return tuple(Keyring(space, _keys(space, keys, made_up=made_up)) for space in spaces)


def key_of(space: str, keys: Keys) -> Secret:
    """Return what is known as the key of a space. Raises `FinalError` where nothing is."""
    found = keys(space)
    if found is None:
        raise FinalError(
            f"the key of the subject space `{space}` is not known here, and without it nothing real is published",
            hint=f"set `{key_variable(space)}` (in Airflow, the password of the connection `{key_name(space)}`) to the "
            "same key wherever the space is used; `openssl rand -hex 32` makes one",
        )
    return found


def _keyed(space: str, key: Secret) -> Pseudonymise:
    begun = hmac.new(key.reveal().encode(), f"{space}:".encode(), hashlib.sha256)

    def pseudonym(value: str) -> str:
        one = begun.copy()
        one.update(value.encode())
        return one.hexdigest()

    return pseudonym


def _each(steps: Iterable[Pseudonymise]) -> Pseudonymise:
    first, *others = steps
    if not others:
        return first

    def pseudonym(value: str) -> str:
        made = first(value)
        for step in others:
            made = step(made)
        return made

    return pseudonym


def _keys(space: str, keys: Keys, *, made_up: bool) -> tuple[Secret, ...]:
    if made_up and keys(space) is None:
        return (Secret(hashlib.sha256(f"throw-away key of {space}".encode()).hexdigest()),)
    found = tuple(Secret(key) for key in key_of(space, keys).reveal().split())
    if not found or any(len(key.reveal()) < SHORTEST_KEY for key in found):
        raise FinalError(
            f"the key of the subject space `{space}` is shorter than {SHORTEST_KEY} characters, and could be guessed",
            hint="make one by `openssl rand -hex 32`; white space is between the keys of a rotation, the oldest first",
        )
    return found
