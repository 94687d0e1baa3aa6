"""Examination: one table held against its contract; all that can be counted of it in one scan.

What rows each check looks at, `rows` says. A hash chain is verified over the whole ledger.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import duckdb
from duckdb import DuckDBPyConnection

from meshwright.engine.duckdb import ledger
from meshwright.engine.duckdb.connection import column_types, explained, has_relation, name, one_select, reason
from meshwright.engine.duckdb.log import last_publish
from meshwright.engine.duckdb.provenance import PUBLISHED
from meshwright.engine.duckdb.rows import Subject, measured, wrong_rows
from meshwright.engine.duckdb.types import unlike
from meshwright.engine.judgement import NOTHING_ASIDE, Aside, answered, conforming, counted, unmeasured
from meshwright.engine.ledger import told
from meshwright.engine.measuring import Measured, Terms, absent, can_be_counted, to_show
from meshwright.model.address import TableAddress
from meshwright.model.contract import Check, Metric
from meshwright.model.errors import Refused
from meshwright.model.naming import stored_table
from meshwright.model.publish import CheckResult, WrongRow
from meshwright.model.value import value

log = logging.getLogger(__name__)


@value
class Examination:
    """One table to be held against its contract: the rows of its `source`, and what has been set `aside` of them.

    `is_staged`: it is not published yet.
    """

    connection: DuckDBPyConnection
    subject: Subject
    source: str
    terms: Terms
    aside: Aside = NOTHING_ASIDE
    is_staged: bool = False


def examined(examination: Examination, checks: Sequence[Check]) -> list[CheckResult]:
    """Return what the checks of a table find."""
    subject = examination.subject
    kinds = {column.lower(): kind for column, kind in column_types(examination.connection, subject.relation)}
    found = _scanned(examination, [c for c in checks if can_be_counted(c, examination.terms, kinds)])
    return [_result(examination, check, found, kinds) for check in checks]


def _result(examination: Examination, check: Check, found: Measured, kinds: Mapping[str, str]) -> CheckResult:
    table, address = examination.subject.table, examination.subject.address
    if check in found.numbers:
        result = counted(table, address, check, found.numbers[check], found.among(check), examination.aside)
        return result if result.passed else replace(result, wrong=_wrong(examination, check, found, kinds))
    if lacking := absent(check, kinds):
        return unmeasured(table, address, check, f"there is no column {', '.join(f'`{c}`' for c in lacking)}")
    match check.metric:
        case Metric.REFERENCES:
            return unmeasured(table, address, check, f"`{check.refers_to}` is not published yet")
        case Metric.SCHEMA:
            return conforming(table, address, check, [*unlike(table.made_columns, kinds)])
        case Metric.HASH_CHAIN:
            return _chain(examination, check)
        case _:
            return _queried(examination, check)


def _scanned(examination: Examination, checks: Sequence[Check]) -> Measured:
    """Measure all checks in one scan; without users' conditions where one of them fails, to tell which."""
    connection, source, known = examination.connection, examination.source, examination.terms
    ours = [c for c in checks if c.condition is None]
    if ours != checks:
        try:
            return measured(connection, source, checks, known)
        except duckdb.Error as error:
            address = examination.subject.address
            log.info("a condition of a check of %s fails, each is asked by itself: %s", address, reason(error))
    return measured(connection, source, ours, known)


def _wrong(examination: Examination, check: Check, found: Measured, there: Iterable[str]) -> tuple[WrongRow, ...]:
    """Return some of the rows that a check finds wrong, by columns that are there and that anybody may see."""
    columns = [c for c in to_show(examination.subject.table, check, found) if c.name.lower() in there]
    return wrong_rows(examination.connection, examination.source, check, columns, examination.terms) if columns else ()


def _queried(examination: Examination, check: Check) -> CheckResult:
    """Measure by the check's own SQL: one SELECT of one number."""
    connection, table, address = examination.connection, examination.subject.table, examination.subject.address
    try:
        query = one_select(connection, check.query or "")
        values = examination.terms.values(check)
        row = connection.execute(f"SELECT * FROM ({query}\n) AS measured", values or None).fetchone()
    except duckdb.Error as error:
        return unmeasured(table, address, check, f"its SQL failed: {reason(error)}")
    except Refused as error:
        return unmeasured(table, address, check, f"its SQL was refused: {error.message}")
    return answered(table, address, check, None if row is None else row[0])


def _chain(examination: Examination, check: Check) -> CheckResult:
    """Verify the whole ledger as it is, or will be: what is published, and the staged entries behind it."""
    connection, subject = examination.connection, examination.subject
    table, address = subject.table, subject.address
    stored = stored_table(address)
    entries = f"SELECT * FROM {subject.relation}"
    lost, columns = 0, table.made_columns
    if table.virtual is None and has_relation(connection, PUBLISHED, "held", stored):
        staged = f" UNION ALL BY NAME {entries}" if examination.is_staged else ""
        entries = f"FROM {PUBLISHED}.held.{name(stored)}{staged}"
        lost = _lost(connection, address, stored)
        columns = ledger.stored_columns(connection, f"{PUBLISHED}.held.{name(stored)}", columns)
    with explained(f"the ledger of `{address}`"):
        state = ledger.verify(connection, entries, columns, table.contract.key)
    return told(table, address, check, replace(state, lost=lost))


def _lost(connection: DuckDBPyConnection, address: TableAddress, stored: str) -> int:
    """Count the entries that were published according to the log, but are not there: a chain cannot miss its end."""
    publish = last_publish(connection, PUBLISHED)
    logged = 0 if publish is None else sum(t.rows for t in publish.tables if t.table == address)
    row = connection.execute(f"SELECT count(*) FROM {PUBLISHED}.held.{name(stored)}").fetchone()
    return max(0, logged - (row[0] if row else 0))
