"""Words: what do ODPS and a manifest each call the same thing?

Import reads a document by these, and export asks them whether the manifest still says what the document did.
"""

from collections import Counter

from meshwright.interop.draft import as_name
from meshwright.interop.foreign import Foreign
from meshwright.interop.spelled import major_of
from meshwright.model.product import ProductType

VENDOR = "meshwright"
"""Marks the `customProperties` that hold what ODPS has no word for, as the manifest spells it."""


def type_of(text: str) -> str:
    """Return the type of a product, where it is one that a manifest knows."""
    return text if text in tuple(ProductType) else ""


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
