"""Pseudonyms: by which key does a subject become the same hash everywhere, and in no other subject space?

A pseudonym is `HMAC-SHA-256(key, space + ":" + value)`, in hexadecimal. Its space is a part of what is hashed, so that
two spaces have nothing in common even where somebody gave them one key. docs/decisions/0027 says why it is made so.
"""

import hashlib
import hmac
from collections.abc import Callable

from meshwright.model.errors import FinalError
from meshwright.model.identity import Keys, Secret
from meshwright.model.mask import Pseudonym
from meshwright.model.naming import key_name, key_variable
from meshwright.model.product import DataProduct

Pseudonymise = Callable[[str], str]
"""Gives the pseudonym of a value. It holds its key; nothing else does."""

SHORTEST_KEY = 32


def pseudonyms(product: DataProduct, keys: Keys, *, made_up: bool) -> dict[str, Pseudonymise]:
    """Return what makes the pseudonyms of each subject space that a product names.

    Raises `FinalError` where a key is missing, or too short to be one. Where all data are `made_up`, there is nobody to
    protect: a throw-away key does, the same everywhere, so that what is made up still joins.
    """
    masks = (column.mask for _, table in product.tables() for column in table.made_columns)
    spaces = sorted({mask.space for mask in masks if isinstance(mask, Pseudonym)})
    return {space: keyed(space, _key(space, keys, made_up=made_up)) for space in spaces}


def keyed(space: str, key: Secret) -> Pseudonymise:
    """Return what makes the pseudonyms of a subject space."""
    begun = hmac.new(key.reveal().encode(), f"{space}:".encode(), hashlib.sha256)

    def pseudonym(value: str) -> str:
        one = begun.copy()
        one.update(value.encode())
        return one.hexdigest()

    return pseudonym


def _key(space: str, keys: Keys, *, made_up: bool) -> Secret:
    found = keys(space)
    if found is None and made_up:
        return Secret(hashlib.sha256(f"throw-away key of {space}".encode()).hexdigest())
    if found is None:
        raise FinalError(
            f"the key of the subject space `{space}` is not known here, and without it nothing real is published",
            hint=f"set `{key_variable(space)}` (in Airflow, the password of the connection `{key_name(space)}`) to the "
            "same key wherever the space is used; `openssl rand -hex 32` makes one",
        )
    if len(found.reveal()) < SHORTEST_KEY:
        raise FinalError(
            f"the key of the subject space `{space}` is shorter than {SHORTEST_KEY} characters, and could be guessed",
            hint="make one by `openssl rand -hex 32`",
        )
    return found
