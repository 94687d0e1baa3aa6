"""Draft: a product as an import would write it, before anything is written."""

import re
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from meshwright.model.address import ProductAddress
from meshwright.model.value import value

_FOREIGN = re.compile(r"[^a-z0-9]+")


@value
class Draft:
    """A manifest to be, and the files beside it by their names."""

    address: ProductAddress
    manifest: Mapping[str, Any]
    files: Mapping[str, bytes] = field(default_factory=dict)


@value
class Drafted:
    """What an import makes, and what it leaves for the team to do, a sentence each."""

    drafts: tuple[Draft, ...]
    left: tuple[str, ...] = ()


def as_name(text: str) -> str:
    """Return the name that others' words come nearest to: `Jaffle Shop` is `jaffle-shop`; empty where none does."""
    name = _FOREIGN.sub("-", text.casefold()).strip("-")
    return f"x-{name}" if name[:1].isdigit() else name


def present(**keys: Any) -> dict[str, Any]:
    """Return the keys that say something, in their order; a trailing `_` is for Python's eyes only."""
    return {key.rstrip("_"): value for key, value in keys.items() if value not in (None, "", [], {}, ())}
