"""Versions: a merged table as the fold of its intervals in the order of time, whichever is built when.

For each key, `held` has the latest version and `past` those before, each with the stretch of time over which it was
written. Building an interval writes over that stretch and no other; versions that say the same and meet become one, so
a source that is read whole every hour adds nothing as long as it does not change.
"""

from collections.abc import Sequence

from duckdb import DuckDBPyConnection

from meshwright.engine.duckdb.connection import name
from meshwright.engine.duckdb.provenance import END, STAGE, START, bounds
from meshwright.engine.duckdb.types import name_list
from meshwright.model.contract import Column
from meshwright.model.product import OutputTable
from meshwright.model.time import Interval


def merge(connection: DuckDBPyConnection, table: str, made: OutputTable, interval: Interval) -> None:
    """Write the staged rows over their interval, and leave each key's latest version where consumers read it."""
    held, past = f"held.{name(table)}", f"past.{name(table)}"
    key = ", ".join(map(name, made.contract.key))
    temporary = {
        "touched": _touched(held, past, key, interval),
        "versions": f"SELECT * FROM {held} SEMI JOIN touched USING ({key}) UNION ALL BY NAME "
        f"SELECT * FROM {past} SEMI JOIN touched USING ({key})",
        "pieces": _pieces(held, interval),
        "joined": _joined(made.columns),
    }
    for part, select in temporary.items():
        connection.execute(f"CREATE TEMP TABLE {part} AS {select}")
    latest = f"row_number() OVER (PARTITION BY {key} ORDER BY {END} DESC, {START} DESC)"
    for target, rank in ((held, "= 1"), (past, "> 1")):
        same = " AND ".join(f"{target}.{name(k)} = touched.{name(k)}" for k in made.contract.key)
        connection.execute(f"DELETE FROM {target} USING touched WHERE {same}")
        connection.execute(f"INSERT INTO {target} BY NAME SELECT * FROM joined QUALIFY {latest} {rank}")
    for part in temporary:
        connection.execute(f"DROP TABLE {part}")


def _touched(held: str, past: str, key: str, interval: Interval) -> str:
    """Return a SELECT of the keys that the interval says something of now, or said something of before."""
    start, end = bounds(interval)
    overlaps = f"{START} < {end} AND {END} > {start}"
    return (
        f"SELECT {key} FROM {STAGE}.{held} UNION SELECT {key} FROM {held} WHERE {overlaps} "
        f"UNION SELECT {key} FROM {past} WHERE {overlaps}"
    )


def _pieces(held: str, interval: Interval) -> str:
    """Return a SELECT of what versions say of the time before and after the interval, and of what is staged for it."""
    start, end = bounds(interval)
    return f"""
        SELECT * REPLACE (least({END}, {start}) AS {END}) FROM versions WHERE {START} < {start}
        UNION ALL BY NAME
        SELECT * REPLACE (greatest({START}, {end}) AS {START}) FROM versions WHERE {END} > {end}
        UNION ALL BY NAME FROM {STAGE}.{held}
    """


def _joined(columns: Sequence[Column]) -> str:
    """Return a SELECT that makes one version of pieces that say the same and whose intervals meet."""
    same = name_list(columns)
    return f"""
        WITH begun AS (
            SELECT *, {START} > coalesce(max({END}) OVER before, TIMESTAMPTZ '-infinity') AS "is.begin" FROM pieces
            WINDOW before AS (PARTITION BY {same} ORDER BY {START}, {END} ROWS UNBOUNDED PRECEDING EXCLUDE CURRENT ROW)
        ), numbered AS (
            SELECT *, count(*) FILTER ("is.begin") OVER upto AS "is.run" FROM begun
            WINDOW upto AS (PARTITION BY {same} ORDER BY {START}, {END})
        )
        SELECT {same}, min({START}) AS {START}, max({END}) AS {END} FROM numbered GROUP BY {same}, "is.run"
    """
