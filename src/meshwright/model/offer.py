"""Offer: until when is a port served, and which of its rows do people see who may not read all of it?"""

from dataclasses import field
from datetime import datetime

from meshwright.model.address import PortAddress
from meshwright.model.diagnostic import Location
from meshwright.model.value import value


@value
class Deprecation:
    """A port goes: it is served `until` then, and `use` is what to read instead, where there is such."""

    until: datetime
    use: PortAddress | None = None
    at: Location | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return f"until {self.day}" + (f", use {self.use}" if self.use else "")

    @property
    def day(self) -> str:
        """The day on which it goes, in UTC."""
        return f"{self.until:%Y-%m-%d}"


@value
class RowGrant:
    """The people of a domain see the rows in which each of these columns has one of its values; without any, all."""

    domain: str
    columns: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def covers(self, other: "RowGrant") -> bool:
        """Tell whether it shows every row that the other one shows."""
        shown = {column: set(values) for column, values in other.columns}
        return all(column in shown and shown[column] <= set(values) for column, values in self.columns)

    def __str__(self) -> str:
        return " and ".join(f"{column} is {' or '.join(values)}" for column, values in self.columns) or "all"
