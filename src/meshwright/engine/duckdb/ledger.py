"""Ledger: how entries are chained by hashes, so that none can be changed, removed or slipped in unseen.

The canonical text of an entry is, for each of its own columns and `sequence` in the order of their names (in lower
case), where there is a value: `name=length:value;` (the length in bytes of UTF-8). Instants are written
`2013-01-01T00:00:00.000000Z`, everything else as DuckDB writes it, numbers with nine decimals. An absent value adds
nothing, so a column added later leaves the hashes of earlier entries as they are.

    entry_hash = sha256(previous_hash + text), in hexadecimal; the first entry's previous_hash is 64 zeros

Each entry holds the hash before its own. So verification is one scan, while making the chain walks it row by row.
"""

import hashlib
from collections.abc import Iterable, Sequence

from duckdb import DuckDBPyConnection

from meshwright.engine.duckdb.connection import column_types, name, text
from meshwright.engine.duckdb.provenance import END, START
from meshwright.engine.duckdb.types import TYPES, name_list
from meshwright.model.contract import LEDGER_COLUMNS, Column, LogicalType
from meshwright.model.value import value

GENESIS = "0" * 64

_SEQUENCE = LEDGER_COLUMNS[0]
_CHAIN = {c.name for c in LEDGER_COLUMNS[1:]}
_ADDED = {c.name for c in LEDGER_COLUMNS}
_OTHER = LogicalType.STRING
"""Stands for every type but instants: their values are written as DuckDB writes them."""


@value
class ChainState:
    """What a verified chain looks like: how many entries are broken, and the first of them, by its key."""

    broken: int
    first: str | None


def chained(connection: DuckDBPyConnection, unchained: str, columns: Sequence[Column], head: tuple[int, str]) -> str:
    """Chain rows that have a `sequence` onto a head, its sequence and hash; return a SELECT of them with both hashes.

    `unchained` is a quoted table. The rows' own columns are `columns`.
    """
    entries = connection.execute(
        f"SELECT sequence, {entry_text(columns)} FROM {unchained} ORDER BY sequence"
    ).fetchall()
    before = head[1]
    hashes = [before]
    for _, entry in entries:
        before = entry_hash(before, entry)
        hashes.append(before)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE links AS SELECT unnest(CAST($1 AS BIGINT[])) AS sequence, "
        "unnest(CAST($2 AS VARCHAR[])) AS previous_hash, unnest(CAST($3 AS VARCHAR[])) AS entry_hash",
        [[sequence for sequence, _ in entries], hashes[:-1], hashes[1:]],
    )
    return f"SELECT * FROM {unchained} JOIN links USING (sequence) ORDER BY sequence"


def entry_hash(before: str, entry: str) -> str:
    """Return the hash of an entry's canonical text after the hash before it."""
    return hashlib.sha256((before + entry).encode()).hexdigest()


def entry_text(columns: Iterable[Column]) -> str:
    """Return the SQL expression of an entry's canonical text."""
    own = {c.name.lower(): c for c in (*columns, _SEQUENCE) if c.name not in _CHAIN}
    return " || ".join(_part(own[n]) for n in sorted(own))


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
    if not count:
        return ChainState(0, None)
    return ChainState(count, f"sequence {sequence}" + (f", {by_key}" if by_key else ""))


def stored_columns(connection: DuckDBPyConnection, entries: str, columns: Iterable[Column]) -> tuple[Column, ...]:
    """Return what entries were hashed with: the columns that are stored, whichever release did so, and `columns`."""
    known = {
        column.lower(): Column(column, LogicalType.TIMESTAMP if kind == TYPES[LogicalType.TIMESTAMP] else _OTHER)
        for column, kind in column_types(connection, entries)
        if name(column) not in (START, END) and column not in _ADDED
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
