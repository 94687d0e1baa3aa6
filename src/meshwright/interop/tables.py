"""Tables: which product is a table that a store serves already, by what the store says of it?"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from meshwright.engine.described import DescribedColumn, DescribedTable
from meshwright.interop.draft import Draft, Drafted, as_name, present
from meshwright.manifest.shapes.spellings import COLUMN_NAME
from meshwright.model.address import ProductAddress
from meshwright.model.errors import Refused
from meshwright.model.naming import sql_name
from meshwright.model.product import VirtualSource

_AS_CHECK = "which is not taken over: write it as a check under `quality`"


def product_of(domain: str, table: DescribedTable) -> ProductAddress:
    """Return the product of a domain that is called as a table is. Raises `Refused` where that makes no name."""
    if not as_name(table.name):
        raise Refused(f"`{table.name}` cannot be a product's name", hint="say `--product domain.product`")
    return ProductAddress(domain, as_name(table.name))


def drafted(table: DescribedTable, served: VirtualSource, address: ProductAddress) -> Drafted:
    """Return the product whose port is a table, served where it is, with the columns that SQL has a name for."""
    name, said = as_name(table.name) or address.product, _nameable(table)
    together = [columns for columns in said.unique if len(columns) > 1 and columns != said.key]
    promised = present(
        name=sql_name(name),
        description=said.comment,
        properties=[_property(said, column) for column in said.columns],
        quality=[_together(columns) for columns in together],
    )
    manifest = present(
        apiVersion="meshwright/v1",
        kind="DataProduct",
        description={"purpose": said.comment or f"The table `{served.table}` of `{served.connection}`."},
        outputPorts=[
            {
                "name": name,
                "version": "1.0.0",
                "virtual": {"connection": served.connection, "table": served.table},
                "contract": {"schema": [promised]},
            }
        ],
    )
    return Drafted((Draft(address, manifest),), (*_unnamed(table, said), *_left(said)))


def _nameable(table: DescribedTable) -> DescribedTable:
    """Return what is left of a table without the columns whose names are none in SQL."""
    columns = tuple(c for c in table.columns if re.fullmatch(COLUMN_NAME, c.name))
    there = {c.name for c in columns}
    key = table.key if there.issuperset(table.key) else ()
    return replace(table, columns=columns, key=key, unique=tuple(u for u in table.unique if there.issuperset(u)))


def _property(table: DescribedTable, column: DescribedColumn) -> dict[str, Any]:
    is_key = column.name in table.key
    return present(
        name=column.name,
        logicalType=column.type.value,
        primaryKey=is_key or None,
        required=(column.required and not is_key) or None,
        unique=((column.name,) in table.unique and table.key != (column.name,)) or None,
        description=column.comment,
        classification=column.classification,
        quality=[_among(column.values)] if column.values else [],
    )


def _among(values: tuple[str, ...]) -> dict[str, Any]:
    return {"metric": "invalidValues", "arguments": {"validValues": list(values)}, "mustBe": 0}


def _together(columns: tuple[str, ...]) -> dict[str, Any]:
    return {"metric": "duplicateValues", "arguments": {"properties": list(columns)}, "mustBe": 0}


def _unnamed(table: DescribedTable, said: DescribedTable) -> Iterator[str]:
    for column in table.columns:
        if column not in said.columns:
            yield f"`{column.name}` is left out, for it is not a name in SQL: have a view give it one"


def _left(table: DescribedTable) -> Iterator[str]:
    if not table.key:
        yield f"`{table.name}` has no primary key: write `primaryKey: true` to the columns that tell its rows apart"
    for column in table.columns:
        if not column.is_known:
            called = f"is a `{column.called}`, for which a contract has no word" if column.called else "has no type"
            yield f"`{column.name}` {called}: it is read as `{column.type}`"
        if column.length is not None:
            yield f"`{column.name}` has at most {column.length} characters, {_AS_CHECK}"
    yield from (f"{what}, {_AS_CHECK}" for what in table.also)
    yield from table.told
