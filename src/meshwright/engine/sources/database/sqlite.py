"""SQLite: rows as it keeps them, whatever its columns are declared to be; what is of several kinds comes as text.

Instants are text there, written in several ways: to compare them, both sides are brought to one.
"""

import json
from collections.abc import Generator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from meshwright.model.errors import SourceBroken
from meshwright.model.time import Interval

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH = 50_000
_INSTANT = "%Y-%m-%d %H:%M:%f"


def batches(
    engine: sa.Engine, where: str, columns: Sequence[sa.Column[Any]], cursor: sa.Column[Any] | None, interval: Interval
) -> Generator["pa.RecordBatch"]:
    """Yield the columns of the rows whose cursor is in an interval, or of all."""
    import pyarrow as pa

    select = sa.select(*(sa.type_coerce(c, sa.types.NullType()).label(c.name) for c in columns))
    if cursor is not None:
        start, end = (sa.func.strftime(_INSTANT, _written(t)) for t in (interval.start, interval.end))
        select = select.where(_instant(cursor) >= start, _instant(cursor) < end)
    with engine.connect() as connection:
        if cursor is not None:
            _refuse_unreadable(connection, where, cursor)
        for part in connection.execution_options(yield_per=_BATCH).execute(select).partitions():
            arrays = [_array(list(values)) for values in zip(*part, strict=True)]
            yield pa.RecordBatch.from_arrays(arrays, names=[c.name for c in columns])


def _refuse_unreadable(connection: sa.Connection, where: str, cursor: sa.Column[Any]) -> None:
    """Raise `SourceBroken` for a time that SQLite cannot read: no interval would ever have its row."""
    raw = sa.type_coerce(cursor, sa.types.NullType())
    found = connection.execute(sa.select(raw).where(cursor.is_not(None), _instant(cursor).is_(None))).first()
    if found is not None:
        raise SourceBroken(
            f"the cursor `{cursor.name}` of {where} holds `{found[0]}`, which is not a time",
            hint="write instants as `2013-01-01T00:00:00Z`",
        )


def _instant(cursor: sa.Column[Any]) -> sa.ColumnElement[str]:
    return sa.func.strftime(_INSTANT, cursor)


def _written(instant: datetime) -> str:
    return instant.replace(tzinfo=None).isoformat(" ")


def _array(values: list[Any]) -> "pa.Array":
    """Return the values as Arrow infers them, or as text where they are of several kinds, for the engine to cast."""
    import pyarrow as pa

    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        return pa.array([_text(v) for v in values], pa.string())


def _text(value: Any) -> str | None:
    match value:
        case None:
            return None
        case dict() | list():
            return json.dumps(value, ensure_ascii=False, default=str)
        case bytes():
            return value.decode(errors="replace")
        case _:
            return str(value)
