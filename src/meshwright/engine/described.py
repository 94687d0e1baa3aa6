"""Described: what a store says of one of its tables, whatever the store is."""

from meshwright.model.contract import LogicalType
from meshwright.model.value import value


@value
class DescribedColumn:
    """A column as it will be read. `called` is the store's word for its type; `length` counts characters.

    `is_known`: that word means the type that it is read as.
    """

    name: str
    type: LogicalType
    called: str
    is_known: bool
    required: bool = False
    comment: str = ""
    classification: str = ""
    values: tuple[str, ...] = ()
    length: int | None = None


@value
class DescribedTable:
    """A table; `unique` are the columns whose values are unique together.

    `also` is what else holds, and could be checked, `told` what no contract has a word for; a sentence each.
    """

    name: str
    columns: tuple[DescribedColumn, ...]
    key: tuple[str, ...]
    unique: tuple[tuple[str, ...], ...] = ()
    comment: str = ""
    also: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
