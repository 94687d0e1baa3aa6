"""Coded: what does a table that code makes read of the inputs? Nobody can see: so any column may flow into any.

What cannot be seen is assumed: who drops a column of an input hears of the code, and personal data do not end in it
unless its columns are classified (docs/decisions/0082).
"""

from collections.abc import Mapping

from meshwright.model.analysis import Analysis, ColumnRead, OutputColumn
from meshwright.model.code import CodeTransform
from meshwright.model.contract import Column
from meshwright.model.diagnostic import Location
from meshwright.model.naming import product_home, sql_name
from meshwright.model.product import DataProduct, OutputTable


def made_by_code(
    product: DataProduct, table: OutputTable, transform: CodeTransform, schemas: Mapping[str, tuple[Column, ...]]
) -> Analysis:
    """Understand a table that code makes; `schemas` are those of `analyse`."""
    here = Location(f"{product_home(product.address)}/{transform.path}")
    known = {_spelled(product, local): columns for local, columns in schemas.items()}
    pairs = tuple(sorted((name, column.name) for name, columns in known.items() for column in columns))
    unknown = (port.name for port in product.inputs if not any(_is_of(port.name, name) for name in known))
    return Analysis(
        inputs=tuple(sorted({*known, *unknown})),
        reads=tuple(ColumnRead(name, column, here) for name, column in pairs),
        columns=tuple(OutputColumn(column.name, None, pairs) for column in table.made_columns),
    )


def _spelled(product: DataProduct, local: str) -> str:
    """Return the name of an input, or of one of its tables, as manifests spell it."""
    head, dot, rest = local.partition(".")
    return next(port.name for port in product.inputs if sql_name(port.name) == head) + dot + rest


def _is_of(port: str, name: str) -> bool:
    return name.partition(".")[0] == port
