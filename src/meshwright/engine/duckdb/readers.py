"""Readers: files and rows of a source, as relations that a product's SQL can read by the input's name.

Columns are read as they are declared, never guessed, and never rounded to fit: `1.5` is no integer. Undeclared ones
are text in CSV, and what the file says in JSON and Parquet.
"""

from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
from duckdb import DuckDBPyConnection

from meshwright.engine.duckdb.connection import column_names, name, reason, text
from meshwright.engine.duckdb.types import TYPES, definitions
from meshwright.engine.sources.reading import GivenRows
from meshwright.model.contract import Column, LogicalType
from meshwright.model.errors import FinalError, SourceBroken

if TYPE_CHECKING:
    import pyarrow as pa

_TELLING = ("Error when", "Could not", "Invalid unicode", "file = ")
"""How the lines of DuckDB's errors begin that say what is wrong with a file, and with which."""

_CSV = "header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"', skip = 0, nullstr = ''"


def file_relation(paths: Sequence[Path], kind: str, columns: Sequence[Column]) -> str:
    """Return a SELECT that reads files: csv, json (one object a line) or parquet."""
    found = f"[{', '.join(text(str(p)) for p in paths)}]"
    match kind:
        case "csv":
            select = _taken(columns, dict.fromkeys((c.name for c in columns), Kind.TEXT)) or "*"
            return f"SELECT {select} FROM read_csv({found}, {_CSV})"
        case "json":
            select = _taken(columns, dict.fromkeys((c.name for c in columns), Kind.TEXT)) or "*"
            # A whole number is asked for as it is written, so that decimals can be seen; made of a double, it has some.
            kinds = {**TYPES, LogicalType.INTEGER: "VARCHAR"}
            declared = ", ".join(f"{text(c.name)}: {text(kinds[c.type])}" for c in columns)
            typed = f", columns = {{{declared}}}" if declared else ""
            return f"SELECT {select} FROM read_json({found}, format = 'newline_delimited'{typed})"
        case "parquet":
            select = _taken(columns, _kinds_in(paths[0])) or "*"
            return f"SELECT {select} FROM read_parquet({found})"
        case _:
            raise FinalError(f"files of format `{kind}` cannot be read", hint="write csv, json or parquet")


class Kind(Enum):
    """What a column's values are, where that may be more than a whole number says."""

    TEXT = "text"
    FRACTION = "fraction"


def _taken(columns: Sequence[Column], kinds: Mapping[str, Kind]) -> str:
    """Return a select list that brings the columns of a source to their types, and rounds none."""
    return ", ".join(f"{_cast(c, kinds.get(c.name))} AS {name(c.name)}" for c in columns)


def _cast(column: Column, kind: Kind | None) -> str:
    quoted = name(column.name)
    cast = f"CAST({quoted} AS {TYPES[column.type]})"
    if column.type is not LogicalType.INTEGER or kind is None:
        return cast
    wrong = f"error({text(f'column `{column.name}` holds a number that is not whole: ')} || CAST({quoted} AS VARCHAR))"
    exact = f"{quoted} % 1 <> 0"
    if kind is Kind.TEXT:
        exact = f"regexp_matches({quoted}, '[.eE]') AND CAST({quoted} AS {TYPES[LogicalType.NUMBER]}) % 1 <> 0"
    return f"CASE WHEN {exact} THEN {wrong} ELSE {cast} END"


def _kinds(schema: "pa.Schema") -> dict[str, Kind]:
    import pyarrow as pa

    def kind(found: pa.DataType) -> Kind | None:
        found = getattr(found, "storage_type", found)  # PostgreSQL's numbers arrive as text that says what it was
        if pa.types.is_string(found) or pa.types.is_large_string(found):
            return Kind.TEXT
        return Kind.FRACTION if pa.types.is_floating(found) or pa.types.is_decimal(found) else None

    return {f.name: k for f in schema if (k := kind(f.type))}


def _kinds_in(path: Path) -> dict[str, Kind]:
    """Return the kinds of the columns of a Parquet file; of one that cannot be read, DuckDB will say why."""
    import pyarrow as pa
    from pyarrow.parquet import read_schema

    try:
        return _kinds(read_schema(path))
    except (pa.ArrowException, OSError, UnicodeDecodeError):
        return {}


def expose_files(connection: DuckDBPyConnection, local: str, relation: str, *, often: bool) -> None:
    """Let SQL read files under a local name: straight from them, or, where that happens often, from a copy."""
    kind = "TABLE" if often else "VIEW"
    try:
        connection.execute(f"CREATE TEMP {kind} {name(local)} AS {relation}")
        column_names(connection, name(local))  # a view is made of columns whose names are none, too
    except duckdb.Error as error:
        raise broken(local, error) from None


def blame(connection: DuckDBPyConnection, local: str) -> None:
    """Read all of an input's files, for the one purpose of seeing whether they can be read."""
    try:
        # A hash is of the value itself: what a file says of its columns, such as the greatest value, tells none.
        columns = ", ".join(f"max(hash({name(c)}))" for c in column_names(connection, name(local)))
        connection.execute(f"SELECT {columns} FROM {name(local)}").fetchall()
    except duckdb.Error as error:
        raise broken(local, error) from None


def broken(local: str, error: duckdb.Error) -> SourceBroken:
    """Say that a source gave what cannot be read, and where: in which line of which file, as far as DuckDB tells."""
    lines = [line.strip() for line in str(error).splitlines()]
    why = [reason(error), *(line for line in lines[1:] if line.startswith(_TELLING))]
    return SourceBroken(f"the source of input `{local}` cannot be read: {', '.join(why)}")


def expose_batches(connection: DuckDBPyConnection, local: str, given: GivenRows) -> None:
    """Copy a source's rows, batch by batch, to where SQL reads them under a local name."""
    connection.execute(f"CREATE TEMP TABLE {name(local)} ({definitions(given.columns)})")
    for batch in given.batches:
        casts = _taken(given.columns, _kinds(batch.schema))
        connection.register("source_batch", batch)
        try:
            connection.execute(f"INSERT INTO {name(local)} SELECT {casts} FROM source_batch")
        except duckdb.Error as error:
            raise broken(local, error) from None
        finally:
            connection.unregister("source_batch")


def expose_rows(
    connection: DuckDBPyConnection, local: str, columns: Sequence[Column], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Let SQL read rows of plain values under a local name."""
    connection.execute(f"CREATE TEMP TABLE {name(local)} ({definitions(columns)})")
    if rows:
        places = ", ".join("?" for _ in columns)
        connection.executemany(f"INSERT INTO {name(local)} VALUES ({places})", rows)
