"""Versions: a merged or partitioned table as the fold of its intervals in the order of time, whichever is built when.

For each key, `held` has the latest version and `past` those before, each with the stretch of time over which it was
written. Building an interval writes over that stretch and no other; versions that say the same and meet become one, so
a source that is read whole every hour adds nothing as long as it does not change.

Of a partition, all rows together are one version: the latest are those that were written over its latest stretch.
"""

from collections.abc import Sequence

from duckdb import DuckDBPyConnection

from meshwright.engine.duckdb.connection import column_names, name
from meshwright.engine.duckdb.provenance import COPY, END, STAGE, START, bounds
from meshwright.engine.partitions import NAMED_AT_MOST, partitions_of
from meshwright.model.product import OutputTable, PublishMode
from meshwright.model.publish import Partitions
from meshwright.model.time import Interval

VERSIONED = (PublishMode.MERGE, PublishMode.PARTITION)
"""The modes whose tables keep what they replace."""


def fold(connection: DuckDBPyConnection, table: str, made: OutputTable, interval: Interval) -> Partitions | None:
    """Write the staged rows over their interval, and leave what was written last where consumers read it.

    Returns the partitions that this was about, where they have names.
    """
    held, past = f"held.{name(table)}", f"past.{name(table)}"
    key = ", ".join(map(name, made.replaced_by))
    temporary = {
        "touched": _touched(held, past, key, interval),
        "versions": f"{_of_touched(held, made)} UNION ALL BY NAME {_of_touched(past, made)}",
        "pieces": _pieces(held, interval),
        "joined": _joined(made, column_names(connection, held)),
    }
    for part, select in temporary.items():
        connection.execute(f"CREATE TEMP TABLE {part} AS {select}")
    for target, latest in ((held, "= 1"), (past, "> 1")):
        connection.execute(f"DELETE FROM {target} USING touched WHERE {_same(target, made)}")
        connection.execute(f"INSERT INTO {target} BY NAME SELECT * FROM joined QUALIFY {_rank(made, key)} {latest}")
    partitions = partitions_in(connection, made, "touched")
    for part in temporary:
        connection.execute(f"DROP TABLE {part}")
    return partitions


def partitions_in(connection: DuckDBPyConnection, made: OutputTable, relation: str) -> Partitions | None:
    """Return the partitions that a relation has rows of; None where they have no names."""
    if made.partition is None:
        return None
    column = name(made.partition.name)
    values = f"SELECT DISTINCT {column} AS value FROM {relation} WHERE {column} IS NOT NULL"
    rows = connection.execute(
        f"SELECT value, count(*) OVER () FROM ({values}) ORDER BY value LIMIT {NAMED_AT_MOST}"
    ).fetchall()
    return partitions_of([value for value, _ in rows], rows[0][1] if rows else 0)


def _rank(made: OutputTable, key: str) -> str:
    """Return the expression that is 1 for the latest version: of a key one row, of a partition all of its rows."""
    if made.mode is PublishMode.PARTITION:
        return f"rank() OVER (PARTITION BY {key} ORDER BY {END} DESC)"
    return f"row_number() OVER (PARTITION BY {key} ORDER BY {END} DESC, {START} DESC)"


def _touched(held: str, past: str, key: str, interval: Interval) -> str:
    """Return a SELECT of the keys that the interval says something of now, or said something of before."""
    start, end = bounds(interval)
    overlaps = f"{START} < {end} AND {END} > {start}"
    return (
        f"SELECT {key} FROM {STAGE}.{held} UNION SELECT {key} FROM {held} WHERE {overlaps} "
        f"UNION SELECT {key} FROM {past} WHERE {overlaps}"
    )


def _of_touched(versions: str, made: OutputTable) -> str:
    return f"SELECT * FROM {versions} AS old WHERE EXISTS (SELECT 1 FROM touched WHERE {_same('old', made)})"


def _same(relation: str, made: OutputTable) -> str:
    """Return the condition that a row has a touched key; rows without one are as much of a kind as others."""
    return " AND ".join(f"{relation}.{name(k)} IS NOT DISTINCT FROM touched.{name(k)}" for k in made.replaced_by)


def _pieces(held: str, interval: Interval) -> str:
    """Return a SELECT of what versions say of the time before and after the interval, and of what is staged for it."""
    start, end = bounds(interval)
    return f"""
        SELECT * REPLACE (least({END}, {start}) AS {END}) FROM versions WHERE {START} < {start}
        UNION ALL BY NAME
        SELECT * REPLACE (greatest({START}, {end}) AS {START}) FROM versions WHERE {END} > {end}
        UNION ALL BY NAME FROM {STAGE}.{held}
    """


def _joined(made: OutputTable, stored: Sequence[str]) -> str:
    """Return a SELECT that makes one version of pieces that say the same and whose intervals meet.

    They say the same in all that is `stored`: a release that is gone back to may want columns that this one has not.
    """
    copy = () if made.mode is PublishMode.PARTITION else (COPY,)
    same = ", ".join(quoted for column in stored if (quoted := name(column)) not in (START, END, *copy))
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
