"""Rows: which rows do the checks of a table look at, and which of them do they find wrong?

Measured over what is staged. Uniqueness holds over what consumers will read: the published rows that stay count too.
"""

from collections.abc import Sequence
from decimal import Decimal

from meshwright.engine.bigquery.connection import Values, name
from meshwright.engine.bigquery.once import Step, ask_once
from meshwright.engine.bigquery.provenance import within
from meshwright.engine.bigquery.session import Session
from meshwright.engine.bigquery.types import TYPES, identity, name_list, written
from meshwright.engine.bound import Bound
from meshwright.engine.judgement import checks_of, spelled
from meshwright.engine.measuring import SHOWN, Measured, Terms, wrong_row
from meshwright.model.address import TableAddress
from meshwright.model.contract import Check, Column, Metric
from meshwright.model.naming import stored_table
from meshwright.model.product import OutputTable, PublishMode
from meshwright.model.publish import WrongRow
from meshwright.model.time import Interval
from meshwright.model.value import value

STAGED, WRONG = name("mesh__staged"), name("mesh__wrong")


@value
class Subject:
    """One table to check: its address, what is promised of it, and the quoted name of what was staged."""

    address: TableAddress
    table: OutputTable
    relation: str


def looked_at(
    session: Session, subject: Subject, interval: Interval, also: Sequence[str] = (), *, whole: bool = False
) -> str:
    """Return the staged rows and, where something must be unique among all, the published ones that will stay.

    `also` are quoted columns that only staged rows have; `whole`: those that stay, too, in any case.
    """
    table, address = subject.table, subject.address
    own = ", ".join((name_list(table.made_columns), *also))
    staged = f"SELECT {own}, TRUE AS {STAGED} FROM {subject.relation}"
    unique = [c for c in checks_of(table) if c.metric is Metric.DUPLICATE_VALUES]
    if table.mode is PublishMode.MERGE:
        unique = [c for c in unique if c.columns != table.contract.key]
    if not (unique or whole) or table.mode is PublishMode.REPLACE or table.virtual:
        return f"({staged})"
    held = session.warehouse.table(session.store_dataset(address.port.product), stored_table(address))
    if held is None:
        return f"({staged})"
    there = {field.name for field in held.schema}
    kept = ", ".join([*(_held(column, there) for column in table.made_columns), *("NULL" for _ in also)])
    stays = _stays(subject, interval)
    return f"({staged} UNION ALL SELECT {kept}, FALSE AS {STAGED} FROM {session.held(address)} AS old WHERE {stays})"


def scan(source: str, checks: Sequence[Check], terms: Terms) -> tuple[str, Values]:
    """Return the one SELECT that measures all checks, and counts rows; and what it binds."""
    bound = Bound("@")
    measures = [_measure(c, terms, bound) for c in checks]
    select = ", ".join([f"COUNTIF({STAGED})", "COUNT(*)", *measures])
    return f"SELECT {select} FROM {source}", bound.values


def measured(
    session: Session, source: str, checks: Sequence[Check], terms: Terms, step: Step | None = None
) -> Measured:
    """Measure all checks in one scan, which may be a `step` of a run."""
    warehouse, asked = session.warehouse, scan(source, checks, terms)
    ((rows, all_rows, *numbers),) = ask_once(warehouse, step, *asked) if step else warehouse.run(*asked)
    return Measured(dict(zip(checks, map(Decimal, numbers), strict=True)), rows, all_rows)


def wrong_rows(
    session: Session, source: str, check: Check, columns: Sequence[Column], terms: Terms
) -> tuple[WrongRow, ...]:
    """Return some of the staged rows that a check finds wrong, the first by these columns."""
    bound = Bound("@")
    shown = ", ".join(f"{_text(c)} AS {name(c.name)}" for c in columns)
    places = ", ".join(str(n) for n, _ in enumerate(columns, start=1))
    found = session.warehouse.run(
        f"SELECT DISTINCT {shown} FROM (SELECT *, {wrong(check, terms, bound)} AS {WRONG} FROM {source}) AS looked "
        f"WHERE {STAGED} AND {WRONG} ORDER BY {places} LIMIT {SHOWN}",
        bound.values,
    )
    return tuple(wrong_row(columns, values) for values in found)


def _text(column: Column) -> str:
    quoted = name(column.name)
    is_json = TYPES[column.type] == "JSON"
    return f"TO_JSON_STRING({quoted})" if is_json else f"CAST({quoted} AS STRING)"


def wrong(check: Check, terms: Terms, bound: Bound) -> str:
    """Return the condition that a row is wrong: of rows with the same values, all are."""
    named = [name(c) for c in check.columns]
    match check.metric:
        case Metric.SQL:
            bound.give(terms.values(check))
            return f"({check.condition})"
        case Metric.DUPLICATE_VALUES:
            return f"({_filled(check)} AND COUNT(*) OVER (PARTITION BY {identity(check.columns)}) > 1)"
        case Metric.REFERENCES:
            return _lost(check, terms)
        case Metric.NULL_VALUES:
            return " OR ".join(f"{c} IS NULL" for c in named)
        case Metric.MISSING_VALUES:
            return " OR ".join(_missing(check, terms.columns[c], bound) for c in check.columns)
        case _:
            return " OR ".join(_invalid(check, terms.columns[c], bound) for c in check.columns)


def _stays(subject: Subject, interval: Interval) -> str:
    """Return the condition that a published row stays when this is published."""
    table = subject.table
    match table.mode:
        case PublishMode.APPEND:
            return f"NOT {within(interval)}"
        case PublishMode.MERGE:
            return (
                f"{identity(table.replaced_by)} NOT IN (SELECT {identity(table.replaced_by)} FROM {subject.relation})"
            )
        case PublishMode.PARTITION:
            replaced = f"{identity(table.partitions)} IN (SELECT {identity(table.partitions)} FROM {subject.relation})"
            return f"NOT ({within(interval)} OR {replaced})"
        case _:
            return "TRUE"


def _held(column: Column, there: set[str]) -> str:
    return name(column.name) if column.name in there else f"CAST(NULL AS {TYPES[column.type]})"


def _measure(check: Check, terms: Terms, bound: Bound) -> str:
    match check.metric:
        case Metric.ROW_COUNT:
            return f"COUNTIF({STAGED})"
        case Metric.DUPLICATE_VALUES:
            filled = _filled(check)
            return f"COUNTIF({filled}) - COUNT(DISTINCT IF({filled}, {identity(check.columns)}, NULL))"
        case _:
            return f"COUNTIF({STAGED} AND ({wrong(check, terms, bound)}))"


def _lost(check: Check, terms: Terms) -> str:
    to = check.refers_to
    assert to is not None, "it refers to something"  # noqa: S101
    pairs = zip(check.columns, to.columns, strict=True)
    found = ", ".join(f"SAFE_CAST({name(of)} AS {TYPES[terms.columns[own].type]}) AS {name(own)}" for own, of in pairs)
    filled = " AND ".join(f"{name(own)} IS NOT NULL" for own in check.columns)
    own = identity(check.columns)
    target = f"SELECT {own} FROM (SELECT {found} FROM {terms.targets[check]}) WHERE {filled}"
    return f"({_filled(check)} AND {own} NOT IN ({target}))"


def _filled(check: Check) -> str:
    return " AND ".join(f"{name(c)} IS NOT NULL" for c in check.columns)


def _missing(check: Check, column: Column, bound: Bound) -> str:
    value = written(column)
    if check.missing_values is None:
        return f"COALESCE(TRIM({value}), '') = ''"
    listed = f" OR {_among(value, check.missing_values, column, bound)}" if check.missing_values else ""
    return f"({name(column.name)} IS NULL{listed})"


def _invalid(check: Check, column: Column, bound: Bound) -> str:
    value = written(column)
    reasons = []
    if check.valid_values:
        reasons.append(f"NOT {_among(value, check.valid_values, column, bound)}")
    if check.pattern is not None:
        reasons.append(f"NOT REGEXP_CONTAINS({value}, {bound.bind(check.pattern)})")
    return f"({name(column.name)} IS NOT NULL AND ({' OR '.join(reasons) or 'FALSE'}))"


def _among(value: str, values: Sequence[str], column: Column, bound: Bound) -> str:
    return f"{value} IN UNNEST({bound.bind(spelled(values, column.type))})"
