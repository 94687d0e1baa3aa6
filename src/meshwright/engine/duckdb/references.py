"""References: the rows that a table's rows refer to, as relations.

Of an input, a stage keeps what is referred to: it is looked up as the data found it, whatever is published since. Of
the product's own tables all counts that consumers will read.
"""

from collections.abc import Mapping

from duckdb import DuckDBPyConnection

from meshwright.engine.duckdb.connection import explained, name
from meshwright.engine.duckdb.rows import Subject, looked_at
from meshwright.engine.referred import to_inputs, to_tables
from meshwright.model.address import TableAddress
from meshwright.model.contract import Check
from meshwright.model.naming import one_name, stored_table
from meshwright.model.product import DataProduct
from meshwright.model.time import Interval

_KEPT = "referred"
"""The schema of what a stage keeps of inputs."""


def keep_referred(connection: DuckDBPyConnection, product: DataProduct) -> None:
    """Keep what the product's tables refer to in its inputs, in the connection's own file."""
    for address, table in product.tables():
        for check, to in to_inputs(table):
            columns = ", ".join(name(column) for column in to.columns)
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {_KEPT}")
            with explained(f"looking up what `{address}` refers to in its input `{to.table}`"):
                connection.execute(
                    f"CREATE TABLE {_kept(address, check)} AS SELECT DISTINCT {columns} FROM {name(one_name(to.table))}"
                )


def drop_referred(connection: DuckDBPyConnection) -> None:
    """Forget what was kept of inputs: it is of no use once the product is checked."""
    connection.execute(f"DROP SCHEMA IF EXISTS {_KEPT} CASCADE")


def staged_targets(
    connection: DuckDBPyConnection,
    product: DataProduct,
    subject: Subject,
    relations: Mapping[TableAddress, str],
    interval: Interval,
) -> dict[Check, str]:
    """Return what the checks of a staged table look references up in."""  # fmt: skip
    found = {check: _kept(subject.address, check) for check, _ in to_inputs(subject.table)}
    for check, address, table in to_tables(product, subject.address, subject.table):
        target = Subject(address, table, relations[address])
        found[check] = looked_at(connection, target, interval, whole=True)
    return found


def published_targets(
    product: DataProduct, subject: Subject, relations: Mapping[TableAddress, str]
) -> dict[Check, str]:
    """Return what the checks of a published table look references up in."""
    return {
        check: relations[address]
        for check, address, _ in to_tables(product, subject.address, subject.table)
        if address in relations
    }


def _kept(address: TableAddress, check: Check) -> str:
    return f"{_KEPT}.{name(f'{stored_table(address)}.{check.name}')}"
