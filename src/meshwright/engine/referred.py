"""Referred: in what are the references of a product's tables looked up? Knows no engine."""

from collections.abc import Iterator

from meshwright.model.address import TableAddress
from meshwright.model.contract import Check, ForeignKey
from meshwright.model.naming import sql_name, stored_table
from meshwright.model.product import DataProduct, OutputTable

Referring = Iterator[tuple[Check, ForeignKey]]


def to_inputs(table: OutputTable) -> Referring:
    """Yield the checks that look up in an input what rows refer to: a stage keeps what they need of it."""
    return ((check, to) for check, to in _references(table) if to.is_input)


def to_tables(
    product: DataProduct, address: TableAddress, table: OutputTable
) -> Iterator[tuple[Check, TableAddress, OutputTable]]:
    """Yield the checks that look up in the product, and the table there: of two of one name, the port's own."""
    for check, to in _references(table):
        if not to.is_input:
            named = [(a, t) for a, t in product.tables() if to.table in (sql_name(t.name), stored_table(a))]
            yield check, *max(named, key=lambda made: made[0].port == address.port)


def _references(table: OutputTable) -> Referring:
    for check in table.contract.checks:
        if check.refers_to is not None:
            yield check, check.refers_to
