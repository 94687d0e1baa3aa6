"""Foreign: what does a document that others wrote say at a key, whatever it really holds there?

Nothing raises: what is missing, or of another type, says nothing.
"""

from collections.abc import Iterator
from typing import Any

from meshwright.model.value import value


@value
class Foreign:
    """A part of a document: a plain value of which nothing is known."""

    plain: Any = None

    def __getitem__(self, key: str) -> "Foreign":
        """Return what stands under a key; nothing, where that is not there."""
        return Foreign(self.plain.get(key)) if isinstance(self.plain, dict) else Foreign()

    def __bool__(self) -> bool:
        """Tell whether it says anything."""
        return self.plain not in (None, "", [], {}, False)

    @property
    def text(self) -> str:
        """A single value as text; empty for anything else."""
        match self.plain:
            case str():
                return self.plain.strip()
            case bool() | None | list() | dict():
                return ""
        return str(self.plain)

    @property
    def items(self) -> tuple["Foreign", ...]:
        """The items of a list."""
        return tuple(Foreign(item) for item in self.plain) if isinstance(self.plain, list) else ()

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts in a list."""
        return tuple(item.text for item in self.items if item.text)

    @property
    def mapping(self) -> dict[str, Any]:
        """What it says, where that is a mapping."""
        return dict(self.plain) if isinstance(self.plain, dict) else {}

    def entries(self) -> Iterator[tuple[str, "Foreign"]]:
        """Yield the keys of a mapping, and what stands under them."""
        if isinstance(self.plain, dict):
            yield from ((key, Foreign(value)) for key, value in self.plain.items() if isinstance(key, str))
