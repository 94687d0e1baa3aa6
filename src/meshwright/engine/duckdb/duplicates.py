"""Duplicates: how many rows have the values of another, told in the quickest way that is sure of it.

Rows mostly lie as they were made, by number or by time. Where each comes after the one before it no two are alike, and
to see that takes a look at two neighbours at a time, and no memory. SQL promises no order of rows; whichever it is,
this follows from it. Whole numbers that lie in no order, and not far apart, are ticked off: a bit for each that there
may be. Of all others hashes of 64 bits are counted: where these are all different, so are the values. Only where they
are not, the values themselves are counted.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from duckdb import DuckDBPyConnection

from meshwright.engine.duckdb.connection import name, one_row
from meshwright.engine.duckdb.looking import are_many, first_rows
from meshwright.engine.measuring import Terms
from meshwright.model.contract import Check, LogicalType
from meshwright.model.value import value

_ORDERED = (
    LogicalType.STRING,
    LogicalType.INTEGER,
    LogicalType.NUMBER,
    LogicalType.DATE,
    LogicalType.TIMESTAMP,
    LogicalType.TIME,
)

_WIDEST = 2**27
"""A bit for each number takes 16 MB, for each thread."""


@value
class Part:
    """What rows are compared by: a column, by its place, or the length of its text: `9` is shorter than `10`."""

    place: int
    is_length: bool = False

    def compared(self, sign: str) -> str:
        """Return the condition that this of a row is greater (`>`), the same (`=`), or less than of the row before."""
        now, before = f"now_{self.place}", f"before_{self.place}"
        if self.is_length:
            now, before = (f"strlen(CAST({row} AS VARCHAR))" for row in (now, before))
        return f"{now} {sign} {before}"


Order = Sequence[Part]
"""What rows are compared by: each part where those before it are the same."""


@value
class Span:
    """The lowest and the highest of whole numbers."""

    low: int
    high: int


def ways(
    connection: DuckDBPyConnection, source: str, checks: Iterable[Check], terms: Terms
) -> dict[Check, Order | Span]:
    """Return the order in which rows seem to lie, or the span of their numbers, for each check where it is of use."""
    found: dict[Check, Order | Span] = {}
    for check in checks:
        order = _order(connection, source, check, terms)
        way = _span(connection, source, check, terms) if order == [] else order
        if way is not None:
            found[check] = way
    return found


def told(source: str, check: Check, way: Order | Span) -> str:
    """Return the expression of how many rows repeat others; by an order, only whether there may be any: 1, or 0."""
    if isinstance(way, Span):
        number = f"CAST({name(check.columns[0])} AS BIGINT)"
        ticked = f"bit_count(bitstring_agg({number}, CAST({way.low} AS BIGINT), CAST({way.high} AS BIGINT)))"
        return f"count({number}) - coalesce({ticked}, 0)"
    neighbours = _neighbours(source, check, way)
    return f"(SELECT count(*) FROM (SELECT 1 FROM {neighbours} WHERE NOT ({_comes_after(way)}) LIMIT 1))"


def same_hashes(check: Check) -> str:
    """Return the expression of how many rows have hashes that another has, too; 0 says that no two are alike."""
    return _repeated(check, f"hash({', '.join(map(name, check.columns))})")


def recounted(
    connection: DuckDBPyConnection, source: str, found: Mapping[Check, Decimal], by: Mapping[Check, Order | Span]
) -> dict[Check, Decimal]:
    """Count where a scan has found rows out of their order, or hashes that are the same."""
    unsure = [check for check, number in found.items() if number and not isinstance(by.get(check), Span)]
    by_hash = {check: same_hashes(check) for check in unsure if check in by}
    numbers = dict(found) | _counted(connection, source, by_hash)
    by_value = {c: _repeated(c, as_one([*map(name, c.columns)])) for c in unsure if numbers[c]}
    return numbers | _counted(connection, source, by_value)


def filled(columns: Iterable[str]) -> str:
    """Return the condition that a row has a value in each of these columns."""
    return " AND ".join(f"{name(column)} IS NOT NULL" for column in columns)


def as_one(values: Sequence[str]) -> str:
    """Return the expression of one value that is made of these."""
    return values[0] if len(values) == 1 else f"({', '.join(values)})"


def _order(connection: DuckDBPyConnection, source: str, check: Check, terms: Terms) -> Order | None:
    """Return by what each of the first rows comes after the one before it: nothing, where they do not; None of few.

    Of what never falls from one row to the next it is what stays the same the least often, and, where it does stay the
    same, what then never falls. Where some columns tell all rows apart, more do, too.
    """
    kinds = [terms.columns[column].type for column in check.columns]
    if any(kind not in _ORDERED for kind in kinds):
        return None
    lengths = [Part(place, is_length=True) for place, kind in enumerate(kinds) if kind is LogicalType.STRING]
    left = [*(Part(place) for place, _ in enumerate(kinds)), *lengths]
    neighbours = _neighbours(first_rows(source, filled(check.columns)), check, left)
    order: list[Part] = []
    while left:
        same = "".join(f"{part.compared('=')} AND " for part in order)
        counts = ", ".join(f"count_if({same}{part.compared(sign)})" for sign in ("<", "=") for part in left)
        rows, *found = one_row(connection, f"SELECT count(*), {counts} FROM {neighbours}")
        if not are_many(rows):
            return None
        falls, stays = found[: len(left)], found[len(left) :]
        rising = [(often, part) for often, fall, part in zip(stays, falls, left, strict=True) if not fall]
        if not rising:
            return []
        often, part = min(rising, key=lambda pair: pair[0])
        order.append(part)
        if not often:
            return order
        left.remove(part)
    return []


def _span(connection: DuckDBPyConnection, source: str, check: Check, terms: Terms) -> Span | None:
    """Return the span of a column of whole numbers: None of other columns, and where it is wide."""
    column, *more = check.columns
    if more or terms.columns[column].type is not LogicalType.INTEGER:
        return None
    low, high = one_row(connection, f"SELECT min({name(column)}), max({name(column)}) FROM {source}")
    # What another store serves may have numbers of any kind, whatever its contract says.
    are_whole = type(low) is type(high) is int
    return Span(low, high) if are_whole and high - low < _WIDEST and low >= -(2**63) and high < 2**63 else None


def _neighbours(source: str, check: Check, parts: Iterable[Part]) -> str:
    """Return the relation of each row that has the values of a check, with those of the row before it."""
    columns = [(place, name(check.columns[place])) for place in sorted({part.place for part in parts})]
    pairs = ", ".join(f"{column} AS now_{n}, lag({column}) OVER () AS before_{n}" for n, column in columns)
    return f"(SELECT {pairs} FROM {source} WHERE {filled(check.columns)})"


def _comes_after(order: Order) -> str:
    part, *less = order
    return part.compared(">") + (f" OR ({part.compared('=')} AND ({_comes_after(less)}))" if less else "")


def _counted(connection: DuckDBPyConnection, source: str, expressions: Mapping[Check, str]) -> dict[Check, Decimal]:
    if not expressions:
        return {}
    row = one_row(connection, f"SELECT {', '.join(expressions.values())} FROM {source}")
    return dict(zip(expressions, map(Decimal, row), strict=True))


def _repeated(check: Check, value: str) -> str:
    """Return how many rows there are beyond the first with the same value; `value` is an expression that tells it."""
    return f"coalesce(count_if({filled(check.columns)}), 0) - count(DISTINCT {value}) FILTER ({filled(check.columns)})"
