"""Readers: files and rows of a source, as relations that a product's SQL can read by the input's name.

Columns are read as they are declared, never guessed. Undeclared ones are text in CSV, and what the file says in JSON
and Parquet.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
from duckdb import DuckDBPyConnection

from meshwright.engine.duckdb.connection import column_names, name, reason, text
from meshwright.engine.duckdb.types import TYPES, cast_list, definitions
from meshwright.engine.sources.reading import GivenRows
from meshwright.model.contract import Column
from meshwright.model.errors import FinalError, SourceBroken

_CSV = "header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"', skip = 0, nullstr = ''"


def file_relation(paths: Sequence[Path], kind: str, columns: Sequence[Column]) -> str:
    """Return a SELECT that reads files: csv, json (one object a line) or parquet."""
    found = f"[{', '.join(text(str(p)) for p in paths)}]"
    select = cast_list(columns) or "*"
    match kind:
        case "csv":
            return f"SELECT {select} FROM read_csv({found}, {_CSV})"
        case "json":
            declared = ", ".join(f"{text(c.name)}: {text(TYPES[c.type])}" for c in columns)
            typed = f", columns = {{{declared}}}" if declared else ""
            return f"SELECT {select} FROM read_json({found}, format = 'newline_delimited'{typed})"
        case "parquet":
            return f"SELECT {select} FROM read_parquet({found})"
        case _:
            raise FinalError(f"files of format `{kind}` cannot be read", hint="write csv, json or parquet")


def expose_files(connection: DuckDBPyConnection, local: str, relation: str, *, often: bool) -> None:
    """Let SQL read files under a local name: straight from them, or, where that happens often, from a copy."""
    kind = "TABLE" if often else "VIEW"
    try:
        connection.execute(f"CREATE TEMP {kind} {name(local)} AS {relation}")
    except duckdb.Error as error:
        raise broken(local, error) from None


def blame(connection: DuckDBPyConnection, local: str) -> None:
    """Read all of an input's files, for the one purpose of seeing whether they can be read."""
    try:
        columns = ", ".join(f"max({name(c)})" for c in column_names(connection, name(local)))
        connection.execute(f"SELECT {columns} FROM {name(local)}").fetchall()
    except duckdb.Error as error:
        raise broken(local, error) from None


def broken(local: str, error: duckdb.Error) -> SourceBroken:
    """Say that a source gave what cannot be read, and where: in which line of which file, as far as DuckDB tells."""
    lines = [line.strip() for line in str(error).splitlines()]
    why = [reason(error), *(line for line in lines[1:] if line.startswith(("Error when", "Could not", "file = ")))]
    return SourceBroken(f"the source of input `{local}` cannot be read: {', '.join(why)}")


def expose_batches(connection: DuckDBPyConnection, local: str, given: GivenRows) -> None:
    """Copy a source's rows, batch by batch, to where SQL reads them under a local name."""
    connection.execute(f"CREATE TEMP TABLE {name(local)} ({definitions(given.columns)})")
    casts = cast_list(given.columns)
    for batch in given.batches:
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
