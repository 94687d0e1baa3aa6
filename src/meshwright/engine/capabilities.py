"""Capabilities: in what engines differ, as data. Whoever needs to know asks here, never for an engine's name."""

from collections.abc import Iterator

from meshwright.model.address import TableAddress
from meshwright.model.code import Language
from meshwright.model.errors import Refused
from meshwright.model.product import DataProduct, OutputTable, PublishMode, Transform
from meshwright.model.value import value


@value
class Capabilities:
    """What one engine, which people call by its `name`, can do.

    `dialect` is the SQL that it speaks; `understands` are the dialects that are sure to mean the same in it;
    `languages` are those of the code that it can hand data to; `keeps` is how many publishes of a product before its
    last one can be brought back.
    """

    name: str
    dialect: str
    understands: tuple[str, ...]
    modes: frozenset[PublishMode] = frozenset(PublishMode)
    virtual: bool = True
    languages: frozenset[Language] = frozenset()
    keeps: int = 0


def refuse_beyond(capabilities: Capabilities, product: DataProduct) -> None:
    """Raise `Refused` where a product asks for what an engine cannot do."""
    for subject, lacking in beyond(capabilities, product):
        message = f"`{subject}` {lacking}, which {capabilities.name} cannot do"
        raise Refused(message, hint="build it on another engine")


def beyond(capabilities: Capabilities, product: DataProduct) -> Iterator[tuple[str, str]]:
    """Yield what a product asks for that an engine cannot do: of what, and how that is said."""
    for address, table in product.tables():
        yield from ((str(address), lacking) for lacking in _lacking(capabilities, table))
    if product.code is not None and product.code.language not in capabilities.languages:
        yield str(product.address), f"is made by {product.code.language.called}"


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


def _lacking(capabilities: Capabilities, table: OutputTable) -> Iterator[str]:
    if table.virtual and not capabilities.virtual:
        yield "is served in place"
    if table.mode not in capabilities.modes:
        yield f"is published as a {table.mode.value}"
