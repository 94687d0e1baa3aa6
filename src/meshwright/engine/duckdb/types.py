"""Types: how the contract's types are kept, and how a row is brought to them. docs/decisions/0021 says why."""

from collections.abc import Iterable

from meshwright.engine.duckdb.connection import name
from meshwright.model.contract import Column, LogicalType

TYPES = {
    LogicalType.STRING: "VARCHAR",
    LogicalType.INTEGER: "BIGINT",
    LogicalType.NUMBER: "DECIMAL(38, 9)",
    LogicalType.BOOLEAN: "BOOLEAN",
    LogicalType.DATE: "DATE",
    LogicalType.TIMESTAMP: "TIMESTAMPTZ",
    LogicalType.TIME: "TIME",
    LogicalType.OBJECT: "JSON",
    LogicalType.ARRAY: "JSON",
}


def cast_list(columns: Iterable[Column]) -> str:
    """Return a select list that brings each column to its contract's type, in the contract's order."""
    return ", ".join(f"CAST({name(c.name)} AS {TYPES[c.type]}) AS {name(c.name)}" for c in columns)


def written(column: Column) -> str:
    """Return the expression of a value's text, the same on every engine."""
    text = f"CAST({name(column.name)} AS VARCHAR)"
    if column.type is not LogicalType.NUMBER:
        return text
    # What another store serves may have more or fewer decimals, or be beyond all measure.
    return f"coalesce(CAST(TRY_CAST({name(column.name)} AS {TYPES[column.type]}) AS VARCHAR), {text})"


def name_list(columns: Iterable[Column]) -> str:
    """Return the columns' quoted names."""
    return ", ".join(name(c.name) for c in columns)


def definitions(columns: Iterable[Column]) -> str:
    """Return the columns as a table's definition."""
    return ", ".join(f"{name(c.name)} {TYPES[c.type]}" for c in columns)
