"""Words: what do ODPS and a manifest each call the same thing?

Import reads a document by these, and export asks them whether the manifest still says what the document did.
"""

import re
from collections import Counter
from datetime import timedelta

from meshwright.interop.draft import as_name
from meshwright.interop.foreign import Foreign
from meshwright.model.product import ProductType

VENDOR = "meshwright"
"""Marks the `customProperties` that hold what ODPS has no word for, as the manifest spells it."""

FIRST = "1.0.0"
"""The version of a port of which nobody says one."""

OWNER, TECHNICAL_OWNER = "productOwner", "technicalOwner"

ANY_ROLE = "member"
"""The role of somebody of whom nobody says one."""

_VERSION = re.compile(r"v?([0-9]{1,9})(?:\.([0-9]{1,9}))?(?:\.([0-9]{1,9}))?")
_ROLES = {
    **dict.fromkeys(("owner", "productowner", "dataproductowner"), OWNER),
    **dict.fromkeys(("technicalowner", "techlead", "technicallead"), TECHNICAL_OWNER),
}
_UNITS = (("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


def version_of(text: str) -> str:
    """Return `v1.2` as a manifest spells it, `1.2.0`; empty for what is no version, the first for nothing."""
    found = _VERSION.fullmatch(text or FIRST)
    return ".".join(str(int(part or 0)) for part in found.groups()) if found else ""


def major_of(text: str) -> str:
    """Return the major of a version, as far as it has one."""
    return version_of(text).partition(".")[0]


def role_of(text: str) -> str:
    """Return a role as the manifest calls it: `Data Product Owner` is `productOwner`."""
    return _ROLES.get(re.sub(r"[^a-z]", "", text.casefold()), text) or ANY_ROLE


def type_of(text: str) -> str:
    """Return the type of a product, where it is one that a manifest knows."""
    return text if text in tuple(ProductType) else ""


def length_of(length: timedelta) -> str:
    """Return a length as a manifest spells it, in the largest unit that it is a whole number of."""
    seconds = round(length.total_seconds())
    return next(f"{seconds // size}{unit}" for unit, size in _UNITS if seconds % size == 0)


def input_names(ports: Foreign) -> tuple[str, ...]:
    """Return what a manifest calls the input ports of a document: versions of one port need names of their own."""
    plain = [as_name(port["name"].text) for port in ports.items]
    several = Counter(plain)
    return tuple(
        f"{name}-v{major_of(port['version'].text) or '1'}" if several[name] > 1 else name
        for name, port in zip(plain, ports.items, strict=True)
    )


def custom(element: Foreign) -> Foreign:
    """Return what an element says of ours: its `customProperties` of our vendor, by their names."""
    own = [p for p in element["customProperties"].items if p["vendor"].text == VENDOR]
    return Foreign({p["property"].text: p["value"].plain for p in own})
