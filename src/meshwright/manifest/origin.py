"""Origin: where each value of a resolved product came from."""

from dataclasses import dataclass, field

from meshwright.manifest.place import Place

DEFAULT = "default"
FOLDER = "its folder"
INPUTS = "its inputs"
KEY = "its primary key"


@dataclass(frozen=True, slots=True)
class Resolved:
    """One value of a product: its key, how it reads, and where it was written (`file:line`) or what it follows from."""

    key: str
    value: str
    origin: str


@dataclass(frozen=True, slots=True)
class Trace:
    """Writes down the origin of each value while a product is resolved."""

    noted: list[Resolved] = field(default_factory=list)

    def note(self, key: str, value: object, origin: Place | str) -> None:
        """Remember where a value came from."""
        where = origin if isinstance(origin, str) else f"{origin.text.file}:{origin.line}"
        self.noted.append(Resolved(key, str(value), where))
