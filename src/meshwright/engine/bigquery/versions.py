"""Versions: a merged or partitioned table as the fold of its intervals in the order of time, whichever is built when.

The same fold as on DuckDB (docs/decisions/0023 and 0028). It is worked out before the publish, upon what is published
then, into two tables of the stage: the keys that are `touched`, and the versions that take the place of theirs. The
transaction only puts these in, if nobody has published since.
"""

from meshwright.engine.bigquery.connection import name
from meshwright.engine.bigquery.provenance import COPY, COPY_COLUMN, END, START, Gone, bounds, copies, held_list
from meshwright.engine.bigquery.types import cast, identity
from meshwright.engine.partitions import NAMED_AT_MOST
from meshwright.model.contract import Column
from meshwright.model.product import OutputTable, PublishMode
from meshwright.model.time import Interval

VERSIONED = (PublishMode.MERGE, PublishMode.PARTITION)
"""The modes whose tables keep what they replace."""

Places = tuple[str, str, str]
"""The quoted names of the rows that consumers read, of the versions before those, and of what was staged."""

LATEST = name("mesh__latest")
_KEY, _ROW = name("mesh__key"), name("mesh__row")
_BEGINS, _RUN = name("mesh__begins"), name("mesh__run")
_ALWAYS = "TIMESTAMP '0001-01-01 00:00:00+00'"


def touched(made: OutputTable, places: Places, interval: Interval) -> str:
    """Return a SELECT of the keys that the interval says something of now, or said something of before."""
    key = identity(made.replaced_by)
    held, past, staged = places
    start, end = bounds(interval)
    overlaps = f"{START} < {end} AND {END} > {start}"
    return (
        f"SELECT {key} AS {_KEY} FROM {staged} UNION DISTINCT SELECT {key} FROM {held} WHERE {overlaps} "
        f"UNION DISTINCT SELECT {key} FROM {past} WHERE {overlaps}"
    )


def touched_values(column: Column, keys: str) -> str:
    """Return a SELECT of the touched values of a partition's one column, the first of them, and how many there are."""
    told = f"""JSON_VALUE({_KEY}, '$."{column.name}"')"""
    values = f"SELECT DISTINCT {cast(told, column.type)} AS value FROM {keys}"
    return (
        f"SELECT value, COUNT(*) OVER () FROM ({values}) WHERE value IS NOT NULL ORDER BY value LIMIT {NAMED_AT_MOST}"
    )


def is_touched(made: OutputTable, keys: str) -> str:
    """Return the condition that a row has one of the touched `keys`."""
    return f"{identity(made.replaced_by)} IN (SELECT {_KEY} FROM {keys})"


def folded(made: OutputTable, gone: Gone, places: Places, keys: str, interval: Interval) -> str:
    """Return a SELECT of all versions of the touched keys, and whether each is what consumers read.

    What the contract no longer has is `gone`, but not from rows that come back.
    """
    held, past, staged = places
    columns = held_list(made, gone)
    nothing = "".join(f"CAST(NULL AS {kind}) AS {name(column)}, " for column, kind in gone)
    known = [*(column for column, _ in gone), *(c.name for c in made.columns)]
    start, end = bounds(interval)
    same = identity([*known, *([COPY_COLUMN] if made.mode is PublishMode.PARTITION else [])])
    kept = columns.removesuffix(COPY) + f"COALESCE({COPY}, {copies(made, START, END)}) AS {COPY}"  # of another mode
    which = is_touched(made, keys)
    before = f"PARTITION BY {_ROW} ORDER BY {START}, {END}"
    own = ", ".join(f"ANY_VALUE({name(c)}) AS {name(c)}" for c in known)
    return f"""
        WITH versions AS (
            SELECT {kept} FROM {held} WHERE {which} UNION ALL SELECT {kept} FROM {past} WHERE {which}
        ), pieces AS (
            SELECT * REPLACE (LEAST({END}, {start}) AS {END}) FROM versions WHERE {START} < {start}
            UNION ALL SELECT * REPLACE (GREATEST({START}, {end}) AS {START}) FROM versions WHERE {END} > {end}
            UNION ALL SELECT {nothing}{held_list(made)} FROM {staged}
        ), told AS (SELECT *, {same} AS {_ROW} FROM pieces
        ), begun AS (
            SELECT *, {START} > COALESCE(
                MAX({END}) OVER ({before} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), {_ALWAYS}
            ) AS {_BEGINS} FROM told
        ), numbered AS (
            SELECT *, SUM(IF({_BEGINS}, 1, 0)) OVER ({before} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
            AS {_RUN} FROM begun
        ), joined AS (
            SELECT {own}, MIN({START}) AS {START}, MAX({END}) AS {END}, ANY_VALUE({COPY}) AS {COPY}
            FROM numbered GROUP BY {_ROW}, {_RUN}
        )
        SELECT {columns}, {_rank(made)} = 1 AS {LATEST} FROM joined
    """


def _rank(made: OutputTable) -> str:
    """Return the expression that is 1 for the latest version: of a key one row, of a partition all of its rows."""
    key = identity(made.replaced_by)
    if made.mode is PublishMode.PARTITION:
        return f"RANK() OVER (PARTITION BY {key} ORDER BY {END} DESC)"
    return f"ROW_NUMBER() OVER (PARTITION BY {key} ORDER BY {END} DESC, {START} DESC)"
