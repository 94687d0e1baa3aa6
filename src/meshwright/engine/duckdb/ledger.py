"""Ledger: entries chained and verified in DuckDB's SQL; `engine/ledger.py` says how, and of what text."""

from collections.abc import Iterable, Sequence

from duckdb import DuckDBPyConnection

from meshwright.engine.duckdb.connection import column_types, name, text
from meshwright.engine.duckdb.provenance import END, START
from meshwright.engine.duckdb.types import TYPES, name_list
from meshwright.engine.ledger import ADDED, GENESIS, ChainState, first_broken, hashed, links
from meshwright.model.contract import LEDGER_COLUMNS, Column, LogicalType

_OTHER = LogicalType.STRING
"""Stands for every type but instants: their values are written as DuckDB writes them."""


def chained(connection: DuckDBPyConnection, unchained: str, columns: Sequence[Column], head: tuple[int, str]) -> str:
    """Chain rows that have a `sequence` onto a head, its sequence and hash; return a SELECT of them with both hashes.

    `unchained` is a quoted table. The rows' own columns are `columns`.
    """
    entries = connection.execute(
        f"SELECT sequence, {entry_text(columns)} FROM {unchained} ORDER BY sequence"
    ).fetchall()
    made = [*links(entries, head[1])]
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE links AS SELECT unnest(CAST($1 AS BIGINT[])) AS sequence, "
        "unnest(CAST($2 AS VARCHAR[])) AS previous_hash, unnest(CAST($3 AS VARCHAR[])) AS entry_hash",
        [[link[place] for link in made] for place in range(3)],
    )
    return f"SELECT * FROM {unchained} JOIN links USING (sequence) ORDER BY sequence"


def entry_text(columns: Iterable[Column]) -> str:
    """Return the SQL expression of an entry's canonical text."""
    return " || ".join(map(_part, hashed(columns)))


def verify(connection: DuckDBPyConnection, entries: str, columns: Sequence[Column], key: Sequence[str]) -> ChainState:
    """Hold every entry of a SELECT against its hash, the hash before it and its place."""
    shown = " || ', ' || ".join(f"{text(f'`{k}` ')} || CAST({name(k)} AS VARCHAR)" for k in key) or "''"
    row = connection.execute(
        f"""
        WITH placed AS (
            SELECT *, lag(entry_hash, 1, '{GENESIS}') OVER places AS "hash.before", row_number() OVER places AS place
            FROM ({entries}) AS entries WINDOW places AS (ORDER BY sequence)
        ), broken AS (
            SELECT sequence, {shown} AS shown FROM placed
            WHERE entry_hash IS DISTINCT FROM sha256(previous_hash || {entry_text(columns)})
               OR previous_hash IS DISTINCT FROM "hash.before" OR sequence IS DISTINCT FROM place
        )
        SELECT count(*), min(sequence), min_by(shown, sequence) FROM broken
        """
    ).fetchone()
    count, sequence, by_key = row or (0, None, None)
    return ChainState(count, first_broken(sequence, by_key)) if count else ChainState()


def stored_columns(connection: DuckDBPyConnection, entries: str, columns: Iterable[Column]) -> tuple[Column, ...]:
    """Return what entries were hashed with: the columns that are stored, whichever release did so, and `columns`."""
    known = {
        column.lower(): Column(column, LogicalType.TIMESTAMP if kind == TYPES[LogicalType.TIMESTAMP] else _OTHER)
        for column, kind in column_types(connection, entries)
        if name(column) not in (START, END) and column not in ADDED
    }
    return tuple((known | {c.name.lower(): c for c in columns}).values())


def entry_list(columns: Sequence[Column]) -> str:
    """Return the select list of all that an entry consists of."""
    return name_list((*columns, *LEDGER_COLUMNS))


def _part(column: Column) -> str:
    quoted = name(column.name)
    value = f"CAST({quoted} AS VARCHAR)"
    if column.type is LogicalType.TIMESTAMP:
        value = f"strftime({quoted} AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ')"
    return f"coalesce({text(column.name.lower() + '=')} || strlen({value}) || ':' || {value} || ';', '')"
