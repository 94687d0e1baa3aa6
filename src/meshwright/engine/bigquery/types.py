"""Types: how the contract's types are kept, and how a row is brought to them.

`number` is NUMERIC(38, 9), which is all of NUMERIC: as docs/decisions/0021 says of DuckDB.
"""

from collections.abc import Iterable, Iterator, Mapping

from meshwright.engine.bigquery.connection import name
from meshwright.model.contract import Column, LogicalType

TYPES = {
    LogicalType.STRING: "STRING",
    LogicalType.INTEGER: "INT64",
    LogicalType.NUMBER: "NUMERIC(38, 9)",
    LogicalType.BOOLEAN: "BOOL",
    LogicalType.DATE: "DATE",
    LogicalType.TIMESTAMP: "TIMESTAMP",
    LogicalType.TIME: "TIME",
    LogicalType.OBJECT: "JSON",
    LogicalType.ARRAY: "JSON",
}

ARRAY = "ARRAY"
"""What a column is that is repeated; BigQuery itself tells of what."""

_FITS = {
    LogicalType.INTEGER: ("INTEGER", "INT64"),
    LogicalType.NUMBER: ("NUMERIC", "BIGNUMERIC", "FLOAT", "FLOAT64", "INTEGER", "INT64"),
    LogicalType.BOOLEAN: ("BOOLEAN", "BOOL"),
    LogicalType.OBJECT: ("JSON", "RECORD", "STRUCT"),
    LogicalType.ARRAY: ("JSON", ARRAY),
}
"""What a table may keep a contract's type as, where that is more than the type of the same name."""


def unlike(columns: Iterable[Column], kinds: Mapping[str, str]) -> Iterator[str]:
    """Yield what is wrong with each column that a table lacks, or has of another type than its contract says."""
    for column in columns:
        kind = kinds.get(column.name.lower())
        if kind is None:
            yield f"there is no column `{column.name}`"
        elif not _fits(kind, column.type):
            yield f"`{column.name}` is {kind}, not {column.type}"


def logical_type(kind: str) -> LogicalType | None:
    """Return the contract's type that a table may keep as this; None where there is none."""
    return next((wanted for wanted in LogicalType if _fits(kind, wanted)), None)


def _fits(kind: str, wanted: LogicalType) -> bool:
    return kind in _FITS.get(wanted, (wanted.value.upper(),))


def cast(value: str, kind: LogicalType) -> str:
    """Return an expression that brings a value to a contract's type; JSON may come as text that says it."""
    if TYPES[kind] == "JSON":
        said = f"SAFE.PARSE_JSON(JSON_VALUE(TO_JSON({value})))"
        return f"IF({value} IS NULL, NULL, COALESCE({said}, TO_JSON({value})))"
    return f"CAST({value} AS {TYPES[kind]})"


def name_list(columns: Iterable[Column]) -> str:
    """Return the columns' quoted names."""
    return ", ".join(name(c.name) for c in columns)


def definitions(columns: Iterable[Column]) -> str:
    """Return the columns as a table's definition."""
    return ", ".join(f"{name(c.name)} {TYPES[c.type]}" for c in columns)


def written(column: Column) -> str:
    """Return the expression of a value's text, the same on every engine."""
    quoted = name(column.name)
    match column.type:
        case LogicalType.NUMBER:
            return f"FORMAT('%.9f', {quoted})"
        case LogicalType.OBJECT | LogicalType.ARRAY:
            return f"TO_JSON_STRING({quoted})"
        case _:
            return f"CAST({quoted} AS STRING)"


def identity(columns: Iterable[str]) -> str:
    """Return the expression of a text that rows have in common if these columns are the same, null or not."""
    return f"TO_JSON_STRING(STRUCT({', '.join(f'{name(c)} AS {name(c)}' for c in columns)}))"
