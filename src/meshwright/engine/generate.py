"""Generate: made-up rows for an input that cannot be reached, so that a product can be built anywhere.

Deterministic: seeded by what the input is. Values come from a pool that belongs to a column's *name*, shared by all
inputs of the product, so equally named keys join. Keys are unique; declared examples are used first.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from meshwright.engine.protocol import Work
from meshwright.model.contract import Column, LogicalType
from meshwright.model.naming import local_table
from meshwright.model.product import InputPort
from meshwright.model.time import Interval

ROWS = 100

_SPREAD = 10
"""A column that is no key draws from this many values of its pool, so that it meets those of a key."""


def generated_rows(
    work: Work, port: InputPort, table: str, columns: Sequence[Column]
) -> tuple[tuple[object, ...], ...]:
    """Return the rows of an input, or of one of its tables, each value fit for its column's type."""
    seed = local_table(str(port.port or f"{work.product.address}:{port.name}"), table)
    chance = random.Random(seed)  # noqa: S311  # made-up data, no secret
    pools = {c.name: _Pool(c, work) for c in columns}
    grid = _grid(columns, pools)
    return tuple(tuple(_value(c, grid, pools[c.name], i, chance) for c in columns) for i in range(ROWS))


_CALENDAR = ("year", "month", "day", "hour", "minute")
"""Numbers that SQL puts together to a date: they are those of an instant in the interval."""


class _Pool:
    """The values that columns of one name are drawn from."""

    def __init__(self, column: Column, work: Work) -> None:
        self._column = column
        self._interval = work.interval
        same = [c for c in _all_columns(work) if c.name == column.name]
        self._examples = tuple(dict.fromkeys(e for c in same for e in c.examples))
        self.is_key = any(c.primary_key or c.unique for c in same)

    @property
    def likely(self) -> int:
        """How many of its values are more than made up; where none are, as many as there may be rows."""
        return len(self._examples) or ROWS

    def at(self, index: int) -> object:
        """Return the pool's value of that number; different numbers give different values."""
        if index < len(self._examples):
            return self._examples[index]
        return _made(self._column, index, self._interval)

    def some(self, chance: random.Random) -> object:
        """Draw a value."""
        if self._examples:
            return chance.choice(self._examples)
        match self._column.type:
            case LogicalType.INTEGER if self._column.name in _CALENDAR:
                return getattr(self._interval.start, self._column.name)
            case LogicalType.INTEGER if not self.is_key:
                return chance.randrange(1000)
            case LogicalType.NUMBER if not self.is_key:
                return round(chance.uniform(0, 1000), 2)
            case LogicalType.BOOLEAN:
                return chance.random() < 0.5
            case _:
                return self.at(chance.randrange(_SPREAD))


def _value(column: Column, grid: Mapping[str, tuple[int, int]], pool: _Pool, row: int, chance: random.Random) -> object:
    if column.unique:
        return pool.at(row)
    if column.name in grid:
        step, width = grid[column.name]
        return pool.at(row // step % width)
    return pool.some(chance)


def _grid(columns: Sequence[Column], pools: Mapping[str, "_Pool"]) -> dict[str, tuple[int, int]]:
    """Give each row another combination of its key's values: for how many rows a value stays, how many there are.

    Those with few likely values turn fastest, so that the last column is the only one that needs many.
    """
    key = sorted((c.name for c in columns if c.primary_key), key=lambda name: pools[name].likely)
    found, step = {}, 1
    for name in key:
        width = ROWS if name == key[-1] else min(_SPREAD, pools[name].likely)
        found[name] = (step, width)
        step *= width
    return found


def _made(column: Column, index: int, interval: Interval) -> object:
    match column.type:
        case LogicalType.STRING:
            return f"{column.name.removesuffix('_id')}-{index + 1}"
        case LogicalType.INTEGER | LogicalType.NUMBER:
            return index + 1
        case LogicalType.BOOLEAN:
            return index % 2 == 0
        case LogicalType.OBJECT | LogicalType.ARRAY:
            return "{}" if column.type is LogicalType.OBJECT else "[]"
        case LogicalType.TIMESTAMP | LogicalType.DATE | LogicalType.TIME:
            return _made_time(column.type, index, interval)


def _made_time(kind: LogicalType, index: int, interval: Interval) -> object:
    match kind:
        case LogicalType.DATE:
            return (interval.start + timedelta(days=index)).date()
        case LogicalType.TIME:
            return (interval.start + timedelta(minutes=index)).time()
        case _:
            # The first few are spread over the interval, as joins on a time want them; the others lie between.
            length = max(interval.end - interval.start, timedelta(minutes=1))
            return interval.start + length * (index % _SPREAD) / _SPREAD + length * (index // _SPREAD) / ROWS / 10


def _all_columns(work: Work) -> Iterator[Column]:
    for port in work.product.inputs:
        found = [columns for name, columns in work.columns.items() if name.partition(".")[0] == port.name and columns]
        for columns in found or [port.columns]:
            yield from columns
