"""Types: how the contract's types are kept, and how a row is brought to them. docs/decisions/0021 says why."""

from collections.abc import Iterable, Iterator, Mapping

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


_FITS = {
    LogicalType.STRING: ("VARCHAR", "UUID", "ENUM"),
    LogicalType.INTEGER: ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"),
    LogicalType.NUMBER: ("DECIMAL", "DOUBLE", "FLOAT", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"),
    LogicalType.BOOLEAN: ("BOOLEAN",),
    LogicalType.DATE: ("DATE",),
    LogicalType.TIMESTAMP: ("TIMESTAMP",),
    LogicalType.TIME: ("TIME",),
    LogicalType.OBJECT: ("JSON", "STRUCT", "MAP"),
    LogicalType.ARRAY: ("JSON",),
}
"""What another store may keep a contract's type as, by the first word of its name."""


def unlike(columns: Iterable[Column], kinds: Mapping[str, str]) -> Iterator[str]:
    """Yield what is wrong with each column that a table lacks, or has of another type than its contract says."""
    for column in columns:
        kind = kinds.get(column.name.lower())
        if kind is None:
            yield f"there is no column `{column.name}`"
        elif not _fits(kind, column.type):
            yield f"`{column.name}` is {kind}, not {column.type}"


def _fits(kind: str, wanted: LogicalType) -> bool:
    if kind.endswith("]"):
        return wanted is LogicalType.ARRAY
    first = kind.removeprefix("U").partition("(")[0].split(" ")[0] if kind != "UUID" else kind
    return (first.rpartition("_")[0] or first).removesuffix("TZ") in _FITS[wanted]


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
