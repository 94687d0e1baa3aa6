"""Duplicates: how many rows have the values of another, told in the quickest way that is sure of it.

Rows mostly lie as they were made, by number or by time. Where each comes after the one before it no two are alike, and
to see that takes a look at two neighbours at a time, and no memory. SQL promises no order of rows; whichever it is,
this follows from it. Where rows lie in no order, hashes of 64 bits are counted: where these are all different, so are
the values. Only where they are not, the values themselves are counted.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from duckdb import DuckDBPyConnection

from meshwright.engine.duckdb.connection import name
from meshwright.engine.measuring import Terms
from meshwright.model.contract import Check, LogicalType
from meshwright.model.value import value

LOOK = 100_000
"""So many rows are looked at for an order; of fewer, hashes are counted as soon."""

_ORDERED = (
    LogicalType.STRING,
    LogicalType.INTEGER,
    LogicalType.NUMBER,
    LogicalType.DATE,
    LogicalType.TIMESTAMP,
    LogicalType.TIME,
)


@value
class Part:
    """What rows are compared by: a column, by its place, or the length of its text: `9` is shorter than `10`."""

    place: int
    is_length: bool = False

    def of(self, row: str) -> str:
        """Return the expression of it in one of two neighbours: `now` or `before`."""
        return f"strlen(CAST({row}_{self.place} AS VARCHAR))" if self.is_length else f"{row}_{self.place}"


Order = Sequence[Part]
"""What rows are compared by: each part where those before it are the same."""


def orders(connection: DuckDBPyConnection, source: str, checks: Iterable[Check], terms: Terms) -> dict[Check, Order]:
    """Return in which order rows seem to lie, for each check to which they seem to lie in one."""
    found = ((check, _order(connection, source, check, terms)) for check in checks)
    return {check: order for check, order in found if order is not None}


def out_of_order(source: str, check: Check, order: Order) -> str:
    """Return the expression of a number: 1 where a row does not come after the one before it, else 0."""
    wrong = f"SELECT 1 FROM ({_neighbours(source, check)}) WHERE NOT ({_comes_after(order)}) LIMIT 1"
    return f"(SELECT count(*) FROM ({wrong}))"


def same_hashes(check: Check) -> str:
    """Return the expression of how many rows have hashes that another has, too; 0 says that no two are alike."""
    return _repeated(check, f"hash({', '.join(map(name, check.columns))})")


def recounted(
    connection: DuckDBPyConnection, source: str, found: Mapping[Check, Decimal], ordered: Iterable[Check]
) -> dict[Check, Decimal]:
    """Count where a scan has found rows out of their order, or hashes that are the same."""
    numbers = dict(found)
    by_hash = {check: same_hashes(check) for check in ordered if numbers[check]}
    numbers |= _counted(connection, source, by_hash)
    by_value = {check: _repeated(check, _one(check)) for check, number in numbers.items() if number}
    return numbers | _counted(connection, source, by_value)


def filled(check: Check) -> str:
    """Return the condition that a row has all the values that a check speaks of."""
    return " AND ".join(f"{name(c)} IS NOT NULL" for c in check.columns)


def _order(connection: DuckDBPyConnection, source: str, check: Check, terms: Terms) -> Order | None:
    """Return the order in which the first rows lie: by what falls the least often from one row to the next."""
    kinds = [terms.columns[column].type for column in check.columns]
    if any(kind not in _ORDERED for kind in kinds):
        return None
    lengths = [Part(place, is_length=True) for place, kind in enumerate(kinds) if kind is LogicalType.STRING]
    parts = [*lengths, *(Part(place) for place, _ in enumerate(kinds))]
    first = f"(FROM {source} WHERE {filled(check)} LIMIT {LOOK})"
    falls = ", ".join(f"count_if({part.of('now')} < {part.of('before')})" for part in parts)
    rows, *found = connection.execute(f"SELECT count(*), {falls} FROM ({_neighbours(first, check)})").fetchone() or (0,)
    if rows < LOOK or min(found):
        return None
    order = [part for _, part in sorted(zip(found, parts, strict=True), key=lambda pair: pair[0])]
    (wrong,) = connection.execute(f"SELECT {out_of_order(first, check, order)}").fetchone() or (1,)
    return None if wrong else order


def _neighbours(source: str, check: Check) -> str:
    """Return a SELECT of each row that has the values of a check, with those of the row before it."""
    columns = enumerate(map(name, check.columns))
    pairs = ", ".join(f"{column} AS now_{n}, lag({column}) OVER () AS before_{n}" for n, column in columns)
    return f"SELECT {pairs} FROM {source} WHERE {filled(check)}"


def _comes_after(order: Order) -> str:
    part, *less = order
    now, before = part.of("now"), part.of("before")
    return f"{now} > {before}" + (f" OR ({now} = {before} AND ({_comes_after(less)}))" if less else "")


def _counted(connection: DuckDBPyConnection, source: str, expressions: Mapping[Check, str]) -> dict[Check, Decimal]:
    if not expressions:
        return {}
    row = connection.execute(f"SELECT {', '.join(expressions.values())} FROM {source}").fetchone()
    return dict(zip(expressions, map(Decimal, row or ()), strict=True))


def _repeated(check: Check, value: str) -> str:
    """Return how many rows there are beyond the first with the same value; `value` is an expression that tells it."""
    return f"coalesce(count_if({filled(check)}), 0) - count(DISTINCT {value}) FILTER ({filled(check)})"


def _one(check: Check) -> str:
    columns = [name(c) for c in check.columns]
    return columns[0] if len(columns) == 1 else f"({', '.join(columns)})"
