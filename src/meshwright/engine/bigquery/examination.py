"""Examination: one table held against its contract; all that can be counted of it in one scan."""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from google.api_core.exceptions import GoogleAPICallError

from meshwright.engine.bigquery.connection import explained, reason
from meshwright.engine.bigquery.ledger import verify
from meshwright.engine.bigquery.once import Step, ask_once
from meshwright.engine.bigquery.rows import Subject, measured, scan, wrong_rows
from meshwright.engine.bigquery.session import Session
from meshwright.engine.bigquery.types import unlike
from meshwright.engine.judgement import NOTHING_ASIDE, Aside, answered, conforming, counted, unmeasured
from meshwright.engine.ledger import told
from meshwright.engine.measuring import Measured, Terms, absent, can_be_counted, to_show
from meshwright.model.contract import Check, Metric
from meshwright.model.errors import Refused
from meshwright.model.publish import CheckResult, WrongRow
from meshwright.model.value import value

log = logging.getLogger(__name__)


@value
class Examination:
    """One table to be held against its contract: the rows of its `source`, and what has been set `aside` of them.

    `named` lets SQL call the product's tables by their names; it may read these `datasets`. `kinds` are the columns
    that are there, with their types; None where they are those that were made. `step` is that of a run which asks.
    """

    session: Session
    subject: Subject
    source: str
    terms: Terms
    named: str
    datasets: Collection[str]
    aside: Aside = NOTHING_ASIDE
    kinds: Mapping[str, str] | None = None
    step: Step | None = None


def examined(examination: Examination, checks: Sequence[Check]) -> list[CheckResult]:
    """Return what the checks of a table find."""
    made = {c.name.lower(): "" for c in examination.subject.table.made_columns}
    there = made if examination.kinds is None else examination.kinds
    found = _scanned(examination, [c for c in checks if can_be_counted(c, examination.terms, there)])
    return [_result(examination, check, found, there) for check in checks]


def _result(examination: Examination, check: Check, found: Measured, there: Mapping[str, str]) -> CheckResult:
    table, address = examination.subject.table, examination.subject.address
    if check in found.numbers:
        result = counted(table, address, check, found.numbers[check], found.among(check), examination.aside)
        return result if result.passed else replace(result, wrong=_wrong(examination, check, found, there))
    if lacking := absent(check, there):
        return unmeasured(table, address, check, f"there is no column {', '.join(f'`{c}`' for c in lacking)}")
    match check.metric:
        case Metric.REFERENCES:
            return unmeasured(table, address, check, f"`{check.refers_to}` is not published yet")
        case Metric.SCHEMA:
            return conforming(table, address, check, [*unlike(table.made_columns, there)])
        case Metric.HASH_CHAIN:
            with explained(f"the ledger of `{address}`"):
                chain = verify(examination.session, examination.subject, is_staged=examination.kinds is None)
            return told(table, address, check, chain)
        case _:
            return _queried(examination, check)


def _scanned(examination: Examination, checks: Sequence[Check]) -> Measured:
    """Measure all checks in one scan; without users' conditions where one of them fails, to tell which."""
    session, source, known = examination.session, examination.source, examination.terms
    ours = [c for c in checks if c.condition is None]
    if ours != checks:
        try:
            session.warehouse.one_select(*scan(source, checks, known), list(examination.datasets))
            return measured(session, source, checks, known, examination.step)
        except (GoogleAPICallError, Refused) as error:
            address = examination.subject.address
            log.info("a condition of a check of %s fails, each is asked by itself: %s", address, reason(error))
    return measured(session, source, ours, known, examination.step)


def _wrong(examination: Examination, check: Check, found: Measured, there: Iterable[str]) -> tuple[WrongRow, ...]:
    """Return some of the rows that a check finds wrong, by columns that are there and that anybody may see."""
    columns = [c for c in to_show(examination.subject.table, check, found) if c.name.lower() in there]
    return wrong_rows(examination.session, examination.source, check, columns, examination.terms) if columns else ()


def _queried(examination: Examination, check: Check) -> CheckResult:
    """Measure by the check's own SQL: one SELECT of one number."""
    table, address = examination.subject.table, examination.subject.address
    warehouse, step, values = examination.session.warehouse, examination.step, examination.terms.values(check)
    query = f"{examination.named}SELECT * FROM ({check.query}\n) AS measured"
    try:
        warehouse.one_select(query, values, list(examination.datasets))
        found = ask_once(warehouse, step, query, values) if step else warehouse.run(query, values)
    except GoogleAPICallError as error:
        return unmeasured(table, address, check, f"its SQL failed: {reason(error)}")
    except Refused as error:
        return unmeasured(table, address, check, f"its SQL was refused: {error.message}")
    return answered(table, address, check, found[0][0] if found else None)
