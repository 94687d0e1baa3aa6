"""Rows: which rows do the checks of a table look at, and which of them do they find wrong?

Measured over what is staged. Uniqueness holds over what consumers will read: the published rows that stay count too.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field
from decimal import Decimal

from duckdb import DuckDBPyConnection

from meshwright.engine.bound import Bound
from meshwright.engine.duckdb.connection import has_relation, name, one_row
from meshwright.engine.duckdb.duplicates import Order, Span, as_one, filled, recounted, same_hashes, told, ways
from meshwright.engine.duckdb.few_values import by_value, of_few_values
from meshwright.engine.duckdb.listed import among
from meshwright.engine.duckdb.provenance import PUBLISHED, within
from meshwright.engine.duckdb.types import TYPES, written
from meshwright.engine.judgement import checks_of
from meshwright.engine.measuring import SHOWN, Measured, Terms, wrong_row
from meshwright.model.address import TableAddress
from meshwright.model.contract import Check, Column, Metric
from meshwright.model.naming import stored_table
from meshwright.model.product import OutputTable, PublishMode
from meshwright.model.publish import WrongRow
from meshwright.model.time import Interval
from meshwright.model.value import value

STAGED, WRONG = '"is.staged"', '"is.wrong"'


@value
class Subject:
    """One table to check: its address, what is promised of it, and the quoted name of what was staged."""

    address: TableAddress
    table: OutputTable
    relation: str


def looked_at(connection: DuckDBPyConnection, subject: Subject, interval: Interval, *, whole: bool = False) -> str:
    """Return the staged rows and, where something must be unique among all, the published ones that will stay.

    `whole`: those that stay, too, in any case.
    """
    table, stored = subject.table, stored_table(subject.address)
    staged = f"SELECT *, true AS {STAGED} FROM {subject.relation}"
    key = table.contract.key
    unique = [c for c in checks_of(table) if c.metric is Metric.DUPLICATE_VALUES]
    if table.mode is PublishMode.MERGE:
        unique = [c for c in unique if c.columns != key]
    if not (unique or whole) or table.virtual or not has_relation(connection, PUBLISHED, "held", stored):
        return f"({staged})"
    held = f"{PUBLISHED}.held.{name(stored)}"
    match table.mode:
        case PublishMode.REPLACE:
            return f"({staged})"
        case PublishMode.APPEND:
            stays = f"NOT {within(interval)}"
        case PublishMode.MERGE:
            same = " AND ".join(f"new.{name(k)} = old.{name(k)}" for k in key)
            stays = f"NOT EXISTS (SELECT 1 FROM {subject.relation} AS new WHERE {same})"
        case PublishMode.PARTITION:
            same = " AND ".join(f"new.{name(k)} IS NOT DISTINCT FROM old.{name(k)}" for k in table.partitions)
            replaced = f"EXISTS (SELECT 1 FROM {subject.relation} AS new WHERE {same})"
            stays = f"NOT ({within(interval)} OR {replaced})"
        case PublishMode.LEDGER:
            stays = "true"
    # What is older lies before what is newer: together they may lie in one order.
    return f"(SELECT *, false AS {STAGED} FROM {held} AS old WHERE {stays} UNION ALL BY NAME {staged})"


@value
class Seen:
    """What a look tells of checks: the `ways` to see that rows are unique, and which columns have `few` values."""

    ways: Mapping[Check, Order | Span] = field(default_factory=dict)
    few: Collection[Check] = ()


def scan(source: str, checks: Sequence[Check], terms: Terms, seen: Seen) -> tuple[str, dict[str, object]]:
    """Return the one SELECT that measures all checks, and counts rows; and what it binds.

    Of what must be unique and seems to lie in an order, it is measured whether any row does not.
    """
    bound = Bound("$")

    def measure(check: Check) -> str:
        if check in seen.ways:
            return told(source, check, seen.ways[check])
        if check in seen.few:
            return by_value(source, STAGED, check, wrong(check, terms, bound))
        return _measure(check, terms, bound)

    select = ", ".join([_count(STAGED), "count(*)", *map(measure, checks)])
    return f"SELECT {select} FROM {source}", bound.values


def measured(connection: DuckDBPyConnection, source: str, checks: Sequence[Check], terms: Terms) -> Measured:
    """Measure all checks in one scan, and count again what it could not tell of duplicates."""
    unique = [check for check in checks if check.metric is Metric.DUPLICATE_VALUES]
    by = ways(connection, source, unique, terms)
    seen = Seen(by, of_few_values(connection, source, STAGED, checks, terms))
    rows, all_rows, *found = one_row(connection, *scan(source, checks, terms, seen))
    numbers = dict(zip(checks, map(Decimal, found), strict=True))
    numbers |= recounted(connection, source, {check: numbers[check] for check in unique}, by)
    return Measured(numbers, rows, all_rows)


def wrong_rows(
    connection: DuckDBPyConnection, source: str, check: Check, columns: Sequence[Column], terms: Terms
) -> tuple[WrongRow, ...]:
    """Return some of the staged rows that a check finds wrong, the first by these columns."""
    bound = Bound("$")
    shown = ", ".join(f"CAST({name(c.name)} AS VARCHAR)" for c in columns)
    found = connection.execute(
        f"SELECT DISTINCT {shown} FROM (SELECT *, {wrong(check, terms, bound)} AS {WRONG} FROM {source}) "
        f"WHERE {STAGED} AND {WRONG} ORDER BY ALL LIMIT {SHOWN}",
        bound.values or None,
    )
    return tuple(wrong_row(columns, values) for values in found.fetchall())


def wrong(check: Check, terms: Terms, bound: Bound) -> str:
    """Return the condition that a row is wrong: of rows with the same values, all are."""
    columns = [name(c) for c in check.columns]
    match check.metric:
        case Metric.SQL:
            bound.give(terms.values(check))
            return f"({check.condition})"
        case Metric.DUPLICATE_VALUES:
            return f"({filled(check.columns)} AND count(*) OVER (PARTITION BY {', '.join(columns)}) > 1)"
        case Metric.REFERENCES:
            return _lost(check, terms)
        case Metric.NULL_VALUES:
            return " OR ".join(f"{c} IS NULL" for c in columns)
        case Metric.MISSING_VALUES:
            return " OR ".join(_missing(check, terms.columns[c], bound) for c in check.columns)
        case _:
            return " OR ".join(_invalid(check, terms.columns[c], bound) for c in check.columns)


def _measure(check: Check, terms: Terms, bound: Bound) -> str:
    match check.metric:
        case Metric.ROW_COUNT:
            return _count(STAGED)
        case Metric.DUPLICATE_VALUES:
            return same_hashes(check)
        case Metric.NULL_VALUES if len(check.columns) == 1:
            # What is only counted is not read: a column keeps beside its values which of them are null.
            return f"{_count(STAGED)} - {_values(check)}"
        case Metric.INVALID_VALUES if len(check.columns) == 1 and check.pattern is None and check.valid_values:
            # Most values are valid, and the first that a value is equal to ends the search.
            valid = among(terms.columns[check.columns[0]], check.valid_values, bound)
            return f"{_values(check)} - {_count(f'{STAGED} AND {valid}')}"
        case _:
            return _count(f"{STAGED} AND ({wrong(check, terms, bound)})")


def _values(check: Check) -> str:
    return f"count({name(check.columns[0])}) FILTER ({STAGED})"


def _count(condition: str) -> str:
    """Return how many rows a condition holds for. `count(*) FILTER` takes twice as long."""
    return f"coalesce(count_if({condition}), 0)"


def _lost(check: Check, terms: Terms) -> str:
    to = check.refers_to
    assert to is not None, "it refers to something"  # noqa: S101
    kinds = [TYPES[terms.columns[column].type] for column in check.columns]
    found = [f"TRY_CAST({name(c)} AS {kind})" for c, kind in zip(to.columns, kinds, strict=True)]
    target = f"SELECT {as_one(found)} AS referred FROM {terms.targets[check]} WHERE {filled(to.columns)}"
    own = as_one([name(c) for c in check.columns])
    return f"({filled(check.columns)} AND {own} NOT IN (SELECT referred FROM ({target}) WHERE referred IS NOT NULL))"


def _missing(check: Check, column: Column, bound: Bound) -> str:
    if check.missing_values is None:
        return f"coalesce(trim({written(column)}), '') = ''"
    listed = f" OR {among(column, check.missing_values, bound)}" if check.missing_values else ""
    return f"({name(column.name)} IS NULL{listed})"


def _invalid(check: Check, column: Column, bound: Bound) -> str:
    reasons = []
    if check.valid_values:
        reasons.append(f"NOT {among(column, check.valid_values, bound)}")
    if check.pattern is not None:
        reasons.append(f"NOT regexp_matches({written(column)}, {bound.bind(check.pattern)})")
    return f"({name(column.name)} IS NOT NULL AND ({' OR '.join(reasons) or 'false'}))"
