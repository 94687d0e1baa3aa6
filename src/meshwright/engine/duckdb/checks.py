"""Checks: a staged table held against its contract, all of it in one scan.

Measured over what was staged. Uniqueness holds over what consumers will read: the published rows that stay count too.
A hash chain is verified over the whole ledger.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import count

import duckdb
from duckdb import DuckDBPyConnection

from meshwright.engine.duckdb import ledger
from meshwright.engine.duckdb.connection import (
    attach,
    connected,
    explained,
    has_relation,
    name,
    one_select,
    reason,
    sandbox,
)
from meshwright.engine.duckdb.inputs import expose_virtual
from meshwright.engine.duckdb.log import Stage, last_publish, read_stage, update_stage
from meshwright.engine.duckdb.provenance import within
from meshwright.engine.duckdb.session import Session
from meshwright.engine.duckdb.stage import PUBLISHED, stage_path
from meshwright.engine.judgement import checks_of, judged, unmeasured
from meshwright.model.address import TableAddress
from meshwright.model.contract import Check, Metric
from meshwright.model.errors import Refused
from meshwright.model.identity import PublishId
from meshwright.model.naming import sql_name, stored_table
from meshwright.model.product import DataProduct, OutputPort, OutputTable, PublishMode
from meshwright.model.publish import CheckResult

_STAGED = '"is.staged"'


def check(session: Session, product: DataProduct, publish_id: PublishId) -> tuple[CheckResult, ...]:
    """Run all checks of all tables on what was staged."""
    started = time.perf_counter()
    path = stage_path(session, product, publish_id)
    with explained(f"checking `{product.address}`"), connected(path, session.limits) as connection:
        stage = read_stage(connection, path.stem)
        published = session.files.published(product.address)
        if published.is_file():
            attach(connection, published, PUBLISHED)
        attached: set[str] = set()
        relations = {
            address: f"{name(path.stem)}.main.{name(stored_table(address))}"
            if table.virtual is None
            else expose_virtual(session, connection, table.virtual, attached)
            for address, table in product.tables()
        }
        sandbox(connection)
        results: list[CheckResult] = []
        for port in product.outputs:
            _name_tables(connection, product, port, relations)
            for called, table in port.named:
                address = product.port_address(port).table(called)
                results += _table(connection, _Subject(address, table, relations[address]), stage)
        update_stage(connection, replace(stage, seconds=stage.seconds + time.perf_counter() - started))
    return tuple(results)


@dataclass(frozen=True, slots=True)
class _Subject:
    """One table to check: its address, what is promised of it, and the quoted name of what was staged."""

    address: TableAddress
    table: OutputTable
    relation: str


def _name_tables(
    connection: DuckDBPyConnection, product: DataProduct, port: OutputPort, relations: Mapping[TableAddress, str]
) -> None:
    """Let the SQL of a port's checks call each table by the name that its contract gives it.

    Its own tables come last: where another port of the product, such as another major, has one of the same name, its
    own is meant.
    """
    own = product.port_address(port)
    for address, table in sorted(product.tables(), key=lambda made: made[0].port == own):
        for called in {sql_name(table.name), stored_table(address)}:
            connection.execute(f"CREATE OR REPLACE TEMP VIEW {name(called)} AS FROM {relations[address]}")


def _table(connection: DuckDBPyConnection, subject: _Subject, stage: Stage) -> list[CheckResult]:
    table, address = subject.table, subject.address
    checks = checks_of(table)
    scanned = [c for c in checks if c.metric not in (Metric.SQL, Metric.HASH_CHAIN)]
    source = _rows_to_check(connection, subject, stage)
    measured, rows, all_rows = _scan(connection, source, scanned)
    by_check = dict(zip(scanned, measured, strict=True))
    results = []
    for one in checks:
        match one.metric:
            case Metric.SQL:
                results.append(_queried(connection, subject, one))
            case Metric.HASH_CHAIN:
                results.append(_chain(connection, subject, one))
            case Metric.DUPLICATE_VALUES:
                results.append(judged(table, address, one, by_check[one], all_rows))
            case _:
                results.append(judged(table, address, one, by_check[one], rows))
    return results


def _scan(connection: DuckDBPyConnection, source: str, checks: Sequence[Check]) -> tuple[list[Decimal], int, int]:
    """Measure all checks, and count the staged rows and all that were looked at, in one SELECT."""
    parameters: dict[str, object] = {}
    numbers = count()

    def bind(value: object) -> str:
        parameter = f"p{next(numbers)}"
        parameters[parameter] = value
        return f"${parameter}"

    measures = [_measure(c, bind) for c in checks]
    select = ", ".join([f"count(*) FILTER ({_STAGED})", "count(*)", *measures])
    row = connection.execute(f"SELECT {select} FROM {source}", parameters or None).fetchone()
    assert row is not None, "an aggregate gives one row"  # noqa: S101
    return [Decimal(value) for value in row[2:]], row[0], row[1]


def _measure(check: Check, bind: Callable[[object], str]) -> str:
    columns = [name(c) for c in check.columns]
    match check.metric:
        case Metric.ROW_COUNT:
            return f"count(*) FILTER ({_STAGED})"
        case Metric.DUPLICATE_VALUES:
            there = " AND ".join(f"{c} IS NOT NULL" for c in columns)
            value = columns[0] if len(columns) == 1 else f"({', '.join(columns)})"
            return f"count(*) FILTER ({there}) - count(DISTINCT {value}) FILTER ({there})"
        case Metric.NULL_VALUES:
            bad = " OR ".join(f"{c} IS NULL" for c in columns)
        case Metric.MISSING_VALUES:
            bad = " OR ".join(f"coalesce(trim(CAST({c} AS VARCHAR)), '') = ''" for c in columns)
        case _:
            bad = " OR ".join(_invalid(check, c, bind) for c in columns)
    return f"count(*) FILTER ({_STAGED} AND ({bad}))"


def _invalid(check: Check, column: str, bind: Callable[[object], str]) -> str:
    value = f"CAST({column} AS VARCHAR)"
    wrong = []
    if check.valid_values:
        wrong.append(f"NOT list_contains({bind(list(check.valid_values))}, {value})")
    if check.pattern is not None:
        wrong.append(f"NOT regexp_matches({value}, {bind(check.pattern)})")
    return f"({column} IS NOT NULL AND ({' OR '.join(wrong) or 'false'}))"


def _rows_to_check(connection: DuckDBPyConnection, subject: _Subject, stage: Stage) -> str:
    """Return the staged rows and, where something must be unique among all, the published ones that will stay."""
    table, stored = subject.table, stored_table(subject.address)
    staged = f"SELECT *, true AS {_STAGED} FROM {subject.relation}"
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
            stays = f"NOT {within(stage.staged.interval)}"
        case PublishMode.MERGE:
            same = " AND ".join(f"new.{name(k)} = old.{name(k)}" for k in key)
            stays = f"NOT EXISTS (SELECT 1 FROM {subject.relation} AS new WHERE {same})"
        case PublishMode.PARTITION:
            same = " AND ".join(f"new.{name(k)} IS NOT DISTINCT FROM old.{name(k)}" for k in table.partitions)
            replaced = f"EXISTS (SELECT 1 FROM {subject.relation} AS new WHERE {same})"
            stays = f"NOT ({within(stage.staged.interval)} OR {replaced})"
        case PublishMode.LEDGER:
            stays = "true"
    return f"({staged} UNION ALL BY NAME SELECT *, false AS {_STAGED} FROM {held} AS old WHERE {stays})"


def _queried(connection: DuckDBPyConnection, subject: _Subject, check: Check) -> CheckResult:
    """Measure by the check's own SQL: one SELECT of one number."""
    table, address = subject.table, subject.address
    try:
        query = one_select(connection, check.query or "")
        row = connection.execute(f"SELECT * FROM ({query}\n) AS measured").fetchone()
        measured = Decimal(str(row[0])) if row is not None and row[0] is not None else None
    except duckdb.Error as error:
        return unmeasured(table, address, check, f"its SQL failed: {reason(error)}")
    except Refused as error:
        return unmeasured(table, address, check, f"its SQL was refused: {error.message}")
    except ArithmeticError:
        return unmeasured(table, address, check, "its SQL gives no number")
    if measured is None:
        return unmeasured(table, address, check, "its SQL gives nothing")
    if not measured.is_finite():
        return unmeasured(table, address, check, "its SQL gives no number")
    return judged(table, address, check, measured, 100)


def _chain(connection: DuckDBPyConnection, subject: _Subject, check: Check) -> CheckResult:
    """Verify the whole ledger as it will be: what is published, and the staged entries behind it."""
    table, address = subject.table, subject.address
    stored = stored_table(address)
    entries = f"SELECT * FROM {subject.relation}"
    lost = 0
    if table.virtual is None and has_relation(connection, PUBLISHED, "held", stored):
        entries = f"FROM {PUBLISHED}.held.{name(stored)} UNION ALL BY NAME {entries}"
        lost = _lost(connection, address, stored)
    with explained(f"the ledger of `{address}`"):
        state = ledger.verify(connection, entries, table.made_columns, table.contract.key)
    result = judged(table, address, check, Decimal(state.broken + lost), 0)
    if result.passed:
        return replace(result, message="every entry is what its hash says")
    where = f"; the first is {state.first}" if state.first else ""
    gone = f"; {lost} of the last entries are gone" if lost else ""
    return replace(result, message=f"{state.broken} entries are not what their hashes say{where}{gone}")


def _lost(connection: DuckDBPyConnection, address: TableAddress, stored: str) -> int:
    """Count the entries that were published according to the log, but are not there: a chain cannot miss its end."""
    publish = last_publish(connection, PUBLISHED)
    logged = 0 if publish is None else sum(t.rows for t in publish.tables if t.table == address)
    row = connection.execute(f"SELECT count(*) FROM {PUBLISHED}.held.{name(stored)}").fetchone()
    return max(0, logged - (row[0] if row else 0))
