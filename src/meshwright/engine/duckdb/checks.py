"""Checks: a staged port held against its contract, all of it in one scan.

Measured over what was staged. Uniqueness holds over what consumers will read: the published rows that stay count too.
A hash chain is verified over the whole ledger.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
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
from meshwright.model.address import PortAddress
from meshwright.model.contract import Check, Metric
from meshwright.model.errors import Refused
from meshwright.model.identity import PublishId
from meshwright.model.naming import port_table, sql_name
from meshwright.model.product import DataProduct, OutputPort, PublishMode
from meshwright.model.publish import CheckResult

_STAGED = '"is.staged"'


def check(session: Session, product: DataProduct, publish_id: PublishId) -> tuple[CheckResult, ...]:
    """Run all checks of all ports on what was staged."""
    started = time.perf_counter()
    path = stage_path(session, product, publish_id)
    with explained(f"checking `{product.address}`"), connected(path, session.limits) as connection:
        stage = read_stage(connection, path.stem)
        published = session.files.published(product.address)
        if published.is_file():
            attach(connection, published, PUBLISHED)
        relations = {
            p.name: f"main.{name(port_table(product.port_address(p)))}"
            if p.virtual is None
            else expose_virtual(session, connection, p.virtual)
            for p in product.outputs
        }
        _name_tables(connection, product, relations)
        sandbox(connection)
        results = tuple(r for p in product.outputs for r in _port(connection, product, p, relations[p.name], stage))
        update_stage(connection, replace(stage, seconds=stage.seconds + time.perf_counter() - started))
    return results


def _name_tables(connection: DuckDBPyConnection, product: DataProduct, relations: Mapping[str, str]) -> None:
    """Let the SQL of checks call each port's table by the name that its contract gives it."""
    for port in product.outputs:
        for called in {sql_name(port.contract.table), port_table(product.port_address(port))}:
            if port.virtual or called != port_table(product.port_address(port)):
                connection.execute(f"CREATE OR REPLACE TEMP VIEW {name(called)} AS FROM {relations[port.name]}")


def _port(
    connection: DuckDBPyConnection, product: DataProduct, port: OutputPort, relation: str, stage: Stage
) -> list[CheckResult]:
    address = product.port_address(port)
    checks = checks_of(port)
    scanned = [c for c in checks if c.metric not in (Metric.SQL, Metric.HASH_CHAIN)]
    source = _rows_to_check(connection, product, port, relation, stage)
    measured, rows, all_rows = _scan(connection, source, scanned)
    by_check = dict(zip(scanned, measured, strict=True))
    results = []
    for one in checks:
        match one.metric:
            case Metric.SQL:
                results.append(_queried(connection, product, port, one))
            case Metric.HASH_CHAIN:
                results.append(_chain(connection, product, port, one, relation))
            case Metric.DUPLICATE_VALUES:
                results.append(judged(port, address, one, by_check[one], all_rows))
            case _:
                results.append(judged(port, address, one, by_check[one], rows))
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


def _rows_to_check(
    connection: DuckDBPyConnection, product: DataProduct, port: OutputPort, relation: str, stage: Stage
) -> str:
    """Return the staged rows and, where something must be unique among all, the published ones that will stay."""
    staged = f"SELECT *, true AS {_STAGED} FROM {relation}"
    table = port_table(product.port_address(port))
    key = port.contract.key
    unique = [c for c in checks_of(port) if c.metric is Metric.DUPLICATE_VALUES]
    if port.mode is PublishMode.MERGE:
        unique = [c for c in unique if c.columns != key]
    if not unique or port.virtual or not has_relation(connection, PUBLISHED, "held", table):
        return f"({staged})"
    held = f"{PUBLISHED}.held.{name(table)}"
    match port.mode:
        case PublishMode.REPLACE:
            return f"({staged})"
        case PublishMode.APPEND:
            stays = f"NOT {within(stage.staged.interval)}"
        case PublishMode.MERGE:
            same = " AND ".join(f"new.{name(k)} = old.{name(k)}" for k in key)
            stays = f"NOT EXISTS (SELECT 1 FROM {relation} AS new WHERE {same})"
        case PublishMode.LEDGER:
            stays = "true"
    return f"({staged} UNION ALL BY NAME SELECT *, false AS {_STAGED} FROM {held} AS old WHERE {stays})"


def _queried(connection: DuckDBPyConnection, product: DataProduct, port: OutputPort, check: Check) -> CheckResult:
    """Measure by the check's own SQL: one SELECT of one number."""
    address = product.port_address(port)
    try:
        query = one_select(connection, check.query or "")
        row = connection.execute(f"SELECT * FROM ({query}\n) AS measured").fetchone()
        measured = Decimal(str(row[0])) if row is not None and row[0] is not None else None
    except duckdb.Error as error:
        return unmeasured(port, address, check, f"its SQL failed: {reason(error)}")
    except Refused as error:
        return unmeasured(port, address, check, f"its SQL was refused: {error.message}")
    except ArithmeticError:
        return unmeasured(port, address, check, "its SQL gives no number")
    if measured is None:
        return unmeasured(port, address, check, "its SQL gives nothing")
    if not measured.is_finite():
        return unmeasured(port, address, check, "its SQL gives no number")
    return judged(port, address, check, measured, 100)


def _chain(
    connection: DuckDBPyConnection, product: DataProduct, port: OutputPort, check: Check, relation: str
) -> CheckResult:
    """Verify the whole ledger as it will be: what is published, and the staged entries behind it."""
    address = product.port_address(port)
    table = port_table(address)
    entries = f"SELECT * FROM {relation}"
    lost = 0
    if port.virtual is None and has_relation(connection, PUBLISHED, "held", table):
        entries = f"FROM {PUBLISHED}.held.{name(table)} UNION ALL BY NAME {entries}"
        lost = _lost(connection, address, table)
    with explained(f"the ledger of `{address}`"):
        state = ledger.verify(connection, entries, port.made_columns, port.contract.key)
    result = judged(port, address, check, Decimal(state.broken + lost), 0)
    if result.passed:
        return replace(result, message="every entry is what its hash says")
    where = f"; the first is {state.first}" if state.first else ""
    gone = f"; {lost} of the last entries are gone" if lost else ""
    return replace(result, message=f"{state.broken} entries are not what their hashes say{where}{gone}")


def _lost(connection: DuckDBPyConnection, address: PortAddress, table: str) -> int:
    """Count the entries that were published according to the log, but are not there: a chain cannot miss its end."""
    publish = last_publish(connection, PUBLISHED)
    logged = 0 if publish is None else sum(p.rows for p in publish.ports if p.port == address)
    row = connection.execute(f"SELECT count(*) FROM {PUBLISHED}.held.{name(table)}").fetchone()
    return max(0, logged - (row[0] if row else 0))
