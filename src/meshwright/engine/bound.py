"""Bound: the values that one query binds, so that none is ever written into its text."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Bound:
    """The values that one query binds, by the names of their parameters; `sign` is what an engine marks these with."""

    sign: str
    values: dict[str, object] = field(default_factory=dict)

    def bind(self, value: object) -> str:
        """Return how the query names a value."""
        parameter = f"p{len(self.values)}"
        self.values[parameter] = value
        return f"{self.sign}{parameter}"
