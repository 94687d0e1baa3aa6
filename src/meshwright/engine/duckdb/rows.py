"""Rows: which rows do the checks of a table look at, and which of them do they find wrong?

Measured over what is staged. Uniqueness holds over what consumers will read: the published rows that stay count too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from duckdb import DuckDBPyConnection

from meshwright.engine.bound import Bound
from meshwright.engine.duckdb.connection import has_relation, name
from meshwright.engine.duckdb.provenance import PUBLISHED, within
from meshwright.engine.judgement import checks_of
from meshwright.model.address import TableAddress
from meshwright.model.contract import Check, Metric
from meshwright.model.naming import stored_table
from meshwright.model.product import OutputTable, PublishMode
from meshwright.model.time import Interval

STAGED = '"is.staged"'


@dataclass(frozen=True, slots=True)
class Subject:
    """One table to check: its address, what is promised of it, and the quoted name of what was staged."""

    address: TableAddress
    table: OutputTable
    relation: str


def looked_at(connection: DuckDBPyConnection, subject: Subject, interval: Interval) -> str:
    """Return the staged rows and, where something must be unique among all, the published ones that will stay."""
    table, stored = subject.table, stored_table(subject.address)
    staged = f"SELECT *, true AS {STAGED} FROM {subject.relation}"
    key = table.contract.key
    unique = [c for c in checks_of(table) if c.metric is Metric.DUPLICATE_VALUES]
    if table.mode is PublishMode.MERGE:
        unique = [c for c in unique if c.columns != key]
    if not unique or table.virtual or not has_relation(connection, PUBLISHED, "held", stored):
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
    return f"({staged} UNION ALL BY NAME SELECT *, false AS {STAGED} FROM {held} AS old WHERE {stays})"


def measured(connection: DuckDBPyConnection, source: str, checks: Sequence[Check]) -> tuple[list[Decimal], int, int]:
    """Measure all checks, and count the staged rows and all that were looked at, in one SELECT."""
    bound = Bound("$")
    measures = [_measure(c, bound) for c in checks]
    select = ", ".join([f"count(*) FILTER ({STAGED})", "count(*)", *measures])
    row = connection.execute(f"SELECT {select} FROM {source}", bound.values or None).fetchone()
    assert row is not None, "an aggregate gives one row"  # noqa: S101
    return [Decimal(value) for value in row[2:]], row[0], row[1]


def wrong(check: Check, bound: Bound) -> str:
    """Return the condition that a row is wrong: of rows with the same values, all are."""
    columns = [name(c) for c in check.columns]
    match check.metric:
        case Metric.DUPLICATE_VALUES:
            return f"({_filled(check)} AND count(*) OVER (PARTITION BY {', '.join(columns)}) > 1)"
        case Metric.NULL_VALUES:
            return " OR ".join(f"{c} IS NULL" for c in columns)
        case Metric.MISSING_VALUES:
            return " OR ".join(f"coalesce(trim(CAST({c} AS VARCHAR)), '') = ''" for c in columns)
        case _:
            return " OR ".join(_invalid(check, c, bound) for c in columns)


def _measure(check: Check, bound: Bound) -> str:
    match check.metric:
        case Metric.ROW_COUNT:
            return f"count(*) FILTER ({STAGED})"
        case Metric.DUPLICATE_VALUES:
            columns = [name(c) for c in check.columns]
            value = columns[0] if len(columns) == 1 else f"({', '.join(columns)})"
            return f"count(*) FILTER ({_filled(check)}) - count(DISTINCT {value}) FILTER ({_filled(check)})"
        case _:
            return f"count(*) FILTER ({STAGED} AND ({wrong(check, bound)}))"


def _filled(check: Check) -> str:
    return " AND ".join(f"{name(c)} IS NOT NULL" for c in check.columns)


def _invalid(check: Check, column: str, bound: Bound) -> str:
    value = f"CAST({column} AS VARCHAR)"
    reasons = []
    if check.valid_values:
        reasons.append(f"NOT list_contains({bound.bind(list(check.valid_values))}, {value})")
    if check.pattern is not None:
        reasons.append(f"NOT regexp_matches({value}, {bound.bind(check.pattern)})")
    return f"({column} IS NOT NULL AND ({' OR '.join(reasons) or 'false'}))"
