"""Versions: in which version of ODCS can a contract be written?"""

from collections.abc import Mapping
from typing import Any

from meshwright.interop.odcs.upgrade import upgraded
from meshwright.manifest.standards.official import Standard, validator
from meshwright.model.errors import Refused
from meshwright.model.value import value

DEFAULT = "v3.1.0"
"""What others read today."""

WRITTEN = ("v3.1.0", "v3.2.0")
"""The versions that can be asked for, oldest first."""


@value
class Versioned:
    """A contract that is valid by the schema of its version; `because` says why that is not the one asked for."""

    plain: Mapping[str, Any]
    version: str
    because: str = ""


def versioned(contract: Mapping[str, Any], wanted: str, called: str) -> Versioned:
    """Return a contract in the version that is wanted, else in the first that can say it, its own at last.

    Raises `Refused` where no version can, which `called`, the contract's name, is told by.
    """
    own = str(contract["apiVersion"])
    reason = ""
    for version in dict.fromkeys((wanted, *(v for v in WRITTEN if v > wanted), own)):
        made = upgraded(contract, version)
        error = next(validator(Standard.ODCS, version).iter_errors(made), None)
        if error is None:
            return Versioned(made, version, reason)
        at = "/".join(map(str, error.instance_path))
        reason = reason or f"{wanted} cannot say what it says at `{at}`"
    raise Refused(f"`{called}` has no words in ODCS: {reason}", hint="look at its contract in the manifest")
