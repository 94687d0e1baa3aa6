"""Checks: a staged table held against its contract, all of it in one scan.

What rows each check looks at, `rows` says. A hash chain is verified over the whole ledger.
"""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import duckdb
from duckdb import DuckDBPyConnection

from meshwright.engine.duckdb import ledger
from meshwright.engine.duckdb.code import reported
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
from meshwright.engine.duckdb.log import last_publish, read_stage, update_stage
from meshwright.engine.duckdb.provenance import PUBLISHED
from meshwright.engine.duckdb.quarantine import set_aside_by
from meshwright.engine.duckdb.rows import Subject, looked_at, measured
from meshwright.engine.duckdb.session import Session
from meshwright.engine.duckdb.stage import stage_path
from meshwright.engine.judgement import answered, checks_of, counted, judged, unmeasured
from meshwright.engine.measuring import Measured, Terms, terms
from meshwright.engine.staging import Stage
from meshwright.model.address import TableAddress
from meshwright.model.contract import Check, Metric
from meshwright.model.errors import Refused
from meshwright.model.identity import PublishId
from meshwright.model.naming import sql_name, stored_table
from meshwright.model.product import DataProduct, OutputPort
from meshwright.model.publish import CheckResult

log = logging.getLogger(__name__)


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
        results = [*reported(connection, path.stem)]
        for port in product.outputs:
            _name_tables(connection, product, port, relations)
            for called, table in port.named:
                address = product.port_address(port).table(called)
                results += _table(connection, Subject(address, table, relations[address]), stage)
        update_stage(connection, replace(stage, seconds=stage.seconds + time.perf_counter() - started))
    return tuple(results)


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


def _table(connection: DuckDBPyConnection, subject: Subject, stage: Stage) -> list[CheckResult]:
    table, address = subject.table, subject.address
    checks, known = checks_of(table), terms(table, stage.staged.interval)
    found = _scanned(connection, subject, checks, known)
    aside = set_aside_by(connection, stage.staged.publish_id, address)
    results = []
    for one in checks:
        if one in found.numbers:
            results.append(counted(table, address, one, found.numbers[one], found.among(one), aside))
        elif one.metric is Metric.SQL:
            results.append(_queried(connection, subject, one, known))
        else:
            results.append(_chain(connection, subject, one))
    return results


def _scanned(connection: DuckDBPyConnection, subject: Subject, checks: Sequence[Check], known: Terms) -> Measured:
    """Measure in one scan all that can be; without users' conditions where one of them fails, to tell which."""
    source = looked_at(connection, subject, known.interval)
    at_once = [c for c in checks if c.is_counted]
    ours = [c for c in at_once if c.condition is None]
    if ours != at_once:
        try:
            return measured(connection, source, at_once, known)
        except duckdb.Error as error:
            log.info("a condition of a check of %s fails, each is asked by itself: %s", subject.address, reason(error))
    return measured(connection, source, ours, known)


def _queried(connection: DuckDBPyConnection, subject: Subject, check: Check, known: Terms) -> CheckResult:
    """Measure by the check's own SQL: one SELECT of one number."""
    table, address = subject.table, subject.address
    try:
        query = one_select(connection, check.query or "")
        values = known.values(check)
        row = connection.execute(f"SELECT * FROM ({query}\n) AS measured", values or None).fetchone()
    except duckdb.Error as error:
        return unmeasured(table, address, check, f"its SQL failed: {reason(error)}")
    except Refused as error:
        return unmeasured(table, address, check, f"its SQL was refused: {error.message}")
    return answered(table, address, check, None if row is None else row[0])


def _chain(connection: DuckDBPyConnection, subject: Subject, check: Check) -> CheckResult:
    """Verify the whole ledger as it will be: what is published, and the staged entries behind it."""
    table, address = subject.table, subject.address
    stored = stored_table(address)
    entries = f"SELECT * FROM {subject.relation}"
    lost, columns = 0, table.made_columns
    if table.virtual is None and has_relation(connection, PUBLISHED, "held", stored):
        entries = f"FROM {PUBLISHED}.held.{name(stored)} UNION ALL BY NAME {entries}"
        lost = _lost(connection, address, stored)
        columns = ledger.stored_columns(connection, f"{PUBLISHED}.held.{name(stored)}", columns)
    with explained(f"the ledger of `{address}`"):
        state = ledger.verify(connection, entries, columns, table.contract.key)
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
