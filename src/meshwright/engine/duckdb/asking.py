"""Asking: what checks want to know of inputs, told while they are there to be read."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from duckdb import DuckDBPyConnection

from meshwright.engine.answers import Answer, asking, counted_lost, shown
from meshwright.engine.duckdb.connection import explained, name, row_count
from meshwright.engine.duckdb.types import TYPES
from meshwright.engine.measuring import SHOWN, wrong_row
from meshwright.model.address import TableAddress
from meshwright.model.contract import Check, Column, Metric, OfInput
from meshwright.model.naming import sql_name
from meshwright.model.product import DataProduct, OutputTable
from meshwright.model.publish import WrongRow

_LOST = '"rows.lost"'
"""A table that no input can be called like."""


def lost_rows(
    connection: DuckDBPyConnection, product: DataProduct, address: TableAddress, table: OutputTable, made: str
) -> Iterator[Answer]:
    """Yield which rows of sources are lost: `made` is the quoted name of all that was made of them."""
    for check, asked in asking(table, Metric.LOST_ROWS):
        with explained(f"looking in `{asked.name}` for rows that `{address}` has lost"):
            read = row_count(connection, name(asked.name))
            if not asked.columns:
                yield counted_lost(address, check, read, row_count(connection, made))
                continue
            connection.execute(f"CREATE TEMP TABLE {_LOST} AS {_lost(table, check, asked, made)}")
            source = next((port for port in product.inputs if sql_name(port.name) == asked.name), None)
            rows = _shown(connection, shown(table, check, source))
            number = row_count(connection, _LOST)
            connection.execute(f"DROP TABLE {_LOST}")
            yield Answer(address, check.name, Decimal(number), read, rows)


def newest(connection: DuckDBPyConnection, local: str, column: str) -> datetime | None:
    """Return the newest value of a column of an input."""
    with explained(f"asking `{local}` how old it is"):
        row = connection.execute(f"SELECT max(TRY_CAST({name(column)} AS TIMESTAMPTZ)) FROM {name(local)}").fetchone()
    return row[0] if row else None


def _lost(table: OutputTable, check: Check, asked: OfInput, made: str) -> str:
    """Return a SELECT of the rows of a source whose values no row was made with, null or not."""
    kinds = {c.name: TYPES[c.type] for c in table.contract.columns}
    pairs = [(own, f"read.{name(of)}") for own, of in zip(check.columns, asked.columns, strict=True)]
    casts = [(f"made.{name(own)}", of, f"TRY_CAST({of} AS {kinds[own]})") for own, of in pairs]
    same = " AND ".join(f"({of} IS NULL OR {cast} IS NOT NULL) AND {own} IS NOT DISTINCT FROM {cast}"
                        for own, of, cast in casts)  # fmt: skip
    theirs = ", ".join(of for _, of in pairs)
    return f"SELECT {theirs} FROM {name(asked.name)} AS read ANTI JOIN {made} AS made ON {same}"


def _shown(connection: DuckDBPyConnection, columns: tuple[Column, ...]) -> tuple[WrongRow, ...]:
    if not columns:
        return ()
    texts = ", ".join(f"CAST({name(c.name)} AS VARCHAR)" for c in columns)
    found = connection.execute(f"SELECT DISTINCT {texts} FROM {_LOST} ORDER BY ALL LIMIT {SHOWN}").fetchall()
    return tuple(wrong_row(columns, values) for values in found)
