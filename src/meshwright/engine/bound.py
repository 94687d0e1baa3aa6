"""Bound: the values that one query binds, so that none is ever written into its text."""

from collections.abc import Mapping
from dataclasses import field

from meshwright.model.value import value


@value
class Bound:
    """The values that one query binds, by the names of their parameters; `sign` is what an engine marks these with."""

    sign: str
    values: dict[str, object] = field(default_factory=dict)

    def give(self, values: Mapping[str, object]) -> None:
        """Bind values under the names that the query has for them."""
        self.values.update(values)

    def bind(self, value: object) -> str:
        """Return how the query names a value."""
        parameter = f"p{len(self.values)}"
        self.values[parameter] = value
        return f"{self.sign}{parameter}"
