"""Keysets: pseudonyms by keys that only BigQuery sees, as Cloud KMS hands them to it, for as long as a job runs.

The key of a subject space is `gcp-kms://projects/…/cryptoKeys/…#` and a keyset that this key of KMS has wrapped, in
base64: `KEYS.NEW_WRAPPED_KEYSET(…, 'DETERMINISTIC_AEAD_AES_SIV_CMAC_256')` makes one. What stands in SQL is of no use
without KMS. A pseudonym is the value encrypted deterministically, with its space as additional data, in hexadecimal.
`KEYS.ROTATE_WRAPPED_KEYSET` adds a key: new pseudonyms are made by that one, and those before can be brought to it.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping

from meshwright.engine.pseudonyms import key_of, spaces_of
from meshwright.model.errors import FinalError
from meshwright.model.identity import Keys
from meshwright.model.naming import key_variable
from meshwright.model.product import DataProduct
from meshwright.model.publish import KeyUsed
from meshwright.model.value import value

_KEY = re.compile(
    r"gcp-kms://projects/[\w.:-]+/locations/[\w-]+/keyRings/[\w-]+/cryptoKeys/[\w-]+#[A-Za-z0-9+/=]+", re.ASCII
)


@value
class Keyset:
    """What makes the pseudonyms of one subject space: a keyset, `wrapped` by a key of KMS.

    Without one they are made by what everybody can know, of data that were made up.
    """

    space: str
    kms: str = ""
    wrapped: bytes = b""

    @property
    def used(self) -> KeyUsed:
        """What may be told of the keys."""
        return KeyUsed(self.space, hashlib.sha256(self.kms.encode() + b"#" + self.wrapped).hexdigest()[:16])

    def pseudonym(self, value: str) -> str:
        """Return the expression of the pseudonym of a text."""
        if not self.kms:
            return f"TO_HEX(SHA256(CONCAT('{self.space}:', {value})))"
        return f"TO_HEX(DETERMINISTIC_ENCRYPT({self._chain}, {value}, '{self.space}'))"

    def brought(self, pseudonym: str) -> str:
        """Return the expression of a pseudonym by any key of the set, brought to the newest: the same, if it is that's.

        What is no pseudonym is an error.
        """
        return self.pseudonym(f"DETERMINISTIC_DECRYPT_STRING({self._chain}, FROM_HEX({pseudonym}), '{self.space}')")

    @property
    def _chain(self) -> str:
        """Both arguments have to be literals: neither can be a parameter."""
        wrapped = "".join(f"\\x{byte:02x}" for byte in self.wrapped)
        return f"KEYS.KEYSET_CHAIN('{self.kms}', b'{wrapped}')"


def keysets_of(product: DataProduct, keys: Keys, *, made_up: bool) -> dict[str, Keyset]:
    """Return what makes the pseudonyms of each subject space that a product names.

    Raises `FinalError` where a key is missing, or is no keyset of KMS. Data that are `made_up` need none.
    """
    spaces = spaces_of(table for _, table in product.tables())
    return {space: _keyset(space, keys, made_up=made_up) for space in spaces}


def used_of(keysets: Mapping[str, Keyset]) -> tuple[KeyUsed, ...]:
    """Return what may be told of keys."""
    return tuple(keyset.used for keyset in keysets.values())


def _keyset(space: str, keys: Keys, *, made_up: bool) -> Keyset:
    if made_up and keys(space) is None:
        return Keyset(space)
    said = key_of(space, keys).reveal()
    try:
        if _KEY.fullmatch(said):
            kms, _, wrapped = said.partition("#")
            return Keyset(space, kms, base64.b64decode(wrapped, validate=True))
    except binascii.Error:
        pass
    raise FinalError(
        f"the key of the subject space `{space}` is no keyset that Cloud KMS has wrapped, as BigQuery needs it",
        hint=f"write `{key_variable(space)}` as `gcp-kms://projects/…/cryptoKeys/…#` and the wrapped keyset in base64",
    )
