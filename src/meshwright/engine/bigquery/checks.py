"""Checks: a staged table held against its contract, all of it in one scan."""

import logging
import time
from collections.abc import Sequence
from dataclasses import replace

from google.api_core.exceptions import GoogleAPICallError

from meshwright.engine.bigquery.connection import Values, explained, reason
from meshwright.engine.bigquery.inputs import with_relations
from meshwright.engine.bigquery.log import read_stage, write_stage
from meshwright.engine.bigquery.quarantine import set_aside_by
from meshwright.engine.bigquery.rows import Subject, looked_at, measured, scan
from meshwright.engine.bigquery.session import Session
from meshwright.engine.judgement import answered, checks_of, counted, unmeasured
from meshwright.engine.measuring import Measured, Terms, terms
from meshwright.engine.staging import Stage
from meshwright.model.contract import Check
from meshwright.model.errors import Refused
from meshwright.model.identity import PublishId
from meshwright.model.naming import sql_name, stored_table
from meshwright.model.product import DataProduct, OutputPort
from meshwright.model.publish import CheckResult, Spent

log = logging.getLogger(__name__)


def check(session: Session, product: DataProduct, publish_id: PublishId) -> tuple[CheckResult, ...]:
    """Run all checks of all tables on what was staged."""
    started, already = time.perf_counter(), session.warehouse.meter.spent
    stage = read_stage(session, product.address, publish_id)
    results: list[CheckResult] = []
    with explained(f"checking `{product.address}`"):
        for port in product.outputs:
            named = _named(session, product, port, publish_id)
            for called, table in port.named:
                address = product.port_address(port).table(called)
                place = session.staged(product.address, publish_id, stored_table(address))
                results += _table(session, Subject(address, table, place), stage, named)
        seconds = stage.seconds + time.perf_counter() - started
        spent = (stage.spent or Spent()) + session.warehouse.meter.spent - already
        write_stage(session, replace(stage, seconds=seconds, spent=spent))
    return tuple(results)


def _named(session: Session, product: DataProduct, port: OutputPort, publish_id: PublishId) -> str:
    """Let the SQL of a port's checks call each table by the name that its contract gives it.

    Its own tables come last: where another port of the product, such as another major, has one of the same name, its
    own is meant.
    """
    own = product.port_address(port)
    named: dict[str, str] = {}
    for address, table in sorted(product.tables(), key=lambda made: made[0].port == own):
        place = session.staged(product.address, publish_id, stored_table(address))
        named |= dict.fromkeys((sql_name(table.name), stored_table(address)), f"SELECT * FROM {place}")
    return with_relations(named.items())


def _table(session: Session, subject: Subject, stage: Stage, named: str) -> list[CheckResult]:
    table, address = subject.table, subject.address
    checks, known = checks_of(table), terms(table, stage.staged.interval)
    found = _scanned(session, subject, checks, known)
    staged = {counted.table: counted.quarantined for counted in stage.staged.tables}
    aside = set_aside_by(session, stage.staged.publish_id, address, staged.get(address, 0))
    results = []
    for one in checks:
        if one in found.numbers:
            results.append(counted(table, address, one, found.numbers[one], found.among(one), aside))
        else:
            results.append(_queried(session, subject, one, named, known.values(one)))
    return results


def _scanned(session: Session, subject: Subject, checks: Sequence[Check], known: Terms) -> Measured:
    """Measure in one scan all that can be; without users' conditions where one of them fails, to tell which."""
    product, source = subject.address.port.product, looked_at(session, subject, known.interval)
    datasets = [session.stage_dataset(product), session.store_dataset(product)]
    at_once = [c for c in checks if c.is_counted]
    ours = [c for c in at_once if c.condition is None]
    if ours != at_once:
        try:
            session.warehouse.one_select(*scan(source, at_once, known), datasets)
            return measured(session, source, at_once, known)
        except (GoogleAPICallError, Refused) as error:
            log.info("a condition of a check of %s fails, each is asked by itself: %s", subject.address, reason(error))
    return measured(session, source, ours, known)


def _queried(session: Session, subject: Subject, check: Check, named: str, values: Values) -> CheckResult:
    """Measure by the check's own SQL: one SELECT of one number."""
    table, address, warehouse = subject.table, subject.address, session.warehouse
    query = f"{named}SELECT * FROM ({check.query}\n) AS measured"
    try:
        warehouse.one_select(query, values, [session.stage_dataset(address.port.product)])
        found = warehouse.run(query, values)
    except GoogleAPICallError as error:
        return unmeasured(table, address, check, f"its SQL failed: {reason(error)}")
    except Refused as error:
        return unmeasured(table, address, check, f"its SQL was refused: {error.message}")
    return answered(table, address, check, found[0][0] if found else None)
