"""Capabilities: in what engines differ, as data. Whoever needs to know asks here, never for an engine's name."""

from collections.abc import Iterator

from meshwright.model.address import TableAddress
from meshwright.model.errors import Refused
from meshwright.model.product import OutputTable, Transform
from meshwright.model.value import value


@value
class Capabilities:
    """In what one engine, which people call by its `name`, is not as others are.

    `dialect` is the SQL that it speaks; `understands` are the dialects that are sure to mean the same in it; `keeps` is
    how many publishes of a product before its last one can be brought back.
    """

    name: str
    dialect: str
    understands: tuple[str, ...]
    keeps: int = 0


def refuse_dialect(capabilities: Capabilities, address: TableAddress, table: OutputTable) -> None:
    """Raise `Refused` where SQL that makes or checks a table is in a dialect that an engine does not understand."""
    for what, dialect in _spoken(address, table):
        if dialect not in capabilities.understands:
            raise Refused(
                f"the SQL of {what} is {dialect}'s, which may mean something else to {capabilities.name}",
                hint=f"write it in {' or '.join(capabilities.understands)}'s dialect, and declare `dialect:`",
            )


def _spoken(address: TableAddress, table: OutputTable) -> Iterator[tuple[str, str]]:
    if isinstance(table.transform, Transform):
        yield f"`{address}`", table.transform.dialect
    for check in table.contract.checks:
        if check.query is not None:
            yield f"the check `{check.name}` of `{address}`", check.dialect
