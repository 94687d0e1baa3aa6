"""Retention: the deletes by which a publish leaves no row that is older than its table keeps them.

They are part of its transaction: rows that consumers read, versions before those, and what was set aside.
"""

from collections.abc import Sequence
from datetime import datetime

from duckdb import DuckDBPyConnection

from meshwright.engine.duckdb.connection import name, text
from meshwright.engine.duckdb.modes import is_there
from meshwright.engine.duckdb.provenance import END
from meshwright.engine.duckdb.quarantine import forget_aside
from meshwright.engine.retention import aged_by, bounded, is_day, outlived, outlived_inputs
from meshwright.model.naming import stored_table
from meshwright.model.product import DataProduct, OutputTable
from meshwright.model.publish import Publish
from meshwright.model.time import Watermark, instant_text


def forget(connection: DuckDBPyConnection, product: DataProduct, log: Sequence[Publish], watermark: Watermark) -> None:
    """Delete from the connection's own file what is older than the product keeps."""
    for address, table, limit in bounded(product, watermark):
        stored = stored_table(address)
        held = [schema for schema in ("held", "past") if is_there(connection, schema, stored)]
        for schema in held or ["main"]:
            connection.execute(f"DELETE FROM {schema}.{name(stored)} WHERE {_too_old(table, limit)}")
        forget_aside(connection, address, outlived(log, address, limit))
    for input_name, publishes in outlived_inputs(product, log, watermark):
        forget_aside(connection, input_name, publishes)


def _too_old(table: OutputTable, limit: datetime) -> str:
    moment = f"TIMESTAMPTZ {text(instant_text(limit))}"
    column = aged_by(table)
    if column is None:
        return f"{END} <= {moment}"
    return f"{name(column.name)} < " + (f"CAST({moment} AS DATE)" if is_day(column) else moment)
