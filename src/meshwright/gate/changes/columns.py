"""Column changes: the closed set of differences in what one column of a table holds.

Each carries `at`, its place in the proposed manifest; for what is gone, the nearest thing that is left.
"""

from dataclasses import field

from meshwright.model.address import ColumnAddress
from meshwright.model.contract import LogicalType
from meshwright.model.diagnostic import Location
from meshwright.model.value import value


@value
class ColumnAdded:
    """A new column."""

    address: ColumnAddress
    type: LogicalType
    classification: str | None
    at: Location = field(compare=False)


@value
class ColumnRemoved:
    """A column is gone. `renamed` is the added column that holds the same, where there is just one such."""

    address: ColumnAddress
    type: LogicalType
    renamed: str | None
    at: Location = field(compare=False)


@value
class ColumnRetyped:
    """A column's values are of a type that does not hold all the old ones, or behaves otherwise."""

    address: ColumnAddress
    before: LogicalType
    after: LogicalType
    at: Location = field(compare=False)


@value
class ColumnWidened:
    """A column's type now holds more, and every old value as it was."""

    address: ColumnAddress
    before: LogicalType
    after: LogicalType
    at: Location = field(compare=False)


@value
class BecameNullable:
    """A column that was always there may now be null."""

    address: ColumnAddress
    at: Location = field(compare=False)


@value
class BecameRequired:
    """A column is never null any more."""

    address: ColumnAddress
    at: Location = field(compare=False)


@value
class UniqueLost:
    """A column's values may now repeat."""

    address: ColumnAddress
    at: Location = field(compare=False)


@value
class UniqueGained:
    """A column's values never repeat any more."""

    address: ColumnAddress
    at: Location = field(compare=False)


@value
class ClassificationChanged:
    """A column's data is of another class, such as personal."""

    address: ColumnAddress
    before: str | None
    after: str | None
    at: Location = field(compare=False)


@value
class MeaningChanged:
    """A column holds something else by the same name: its term of the glossary is another, or none any more."""

    address: ColumnAddress
    before: str
    after: str | None
    at: Location = field(compare=False)


@value
class MaskChanged:
    """Readers find other values in a column: its mask is another. `shows_more`: they may learn what they did not."""

    address: ColumnAddress
    before: str
    after: str
    shows_more: bool
    at: Location = field(compare=False)


ColumnChange = (
    ColumnAdded
    | ColumnRemoved
    | ColumnRetyped
    | ColumnWidened
    | BecameNullable
    | BecameRequired
    | UniqueLost
    | UniqueGained
    | ClassificationChanged
    | MeaningChanged
    | MaskChanged
)
