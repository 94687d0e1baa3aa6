"""Official: which versions of a standard are known, and what does the schema of each one say?

The schemas are the standards' own files, shipped with the package: nothing here needs a network.
"""

import json
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # a mesh without standard documents never loads it
    from jsonschema_rs import Draft201909Validator

_SCHEMAS = Path(__file__).parent / "schemas"


class Standard(StrEnum):
    """A standard of Bitol, by the name that people call it."""

    ODCS = "odcs"
    ODPS = "odps"

    @property
    def kind(self) -> str:
        """What its documents say under `kind`."""
        return {Standard.ODCS: "DataContract", Standard.ODPS: "DataProduct"}[self]

    @property
    def called(self) -> str:
        """How people write its name."""
        return self.value.upper()


VERSIONS = {
    Standard.ODCS: ("v3.0.0", "v3.0.1", "v3.0.2", "v3.1.0", "v3.2.0"),
    Standard.ODPS: ("v1.0.0", "v1.1.0"),
}
"""The versions that are read, oldest first."""


@cache
def schema(standard: Standard, version: str) -> dict[str, Any]:
    """Return the official schema of a version."""
    found: dict[str, Any] = json.loads((_SCHEMAS / f"{standard}-{version}.json").read_text(encoding="utf-8"))
    return found


@cache
def validator(standard: Standard, version: str) -> "Draft201909Validator":
    """Return the compiled schema of a version; `format` is not asserted, as the standards do not ask for it."""
    from jsonschema_rs import Draft201909Validator

    return Draft201909Validator(schema(standard, version))
