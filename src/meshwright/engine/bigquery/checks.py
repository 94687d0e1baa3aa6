"""Checks: a staged table held against its contract, all of it in one scan."""

import time
from dataclasses import replace

from google.api_core.exceptions import GoogleAPICallError

from meshwright.engine.bigquery.connection import explained, reason
from meshwright.engine.bigquery.inputs import with_relations
from meshwright.engine.bigquery.log import read_stage, write_stage
from meshwright.engine.bigquery.quarantine import set_aside_by
from meshwright.engine.bigquery.rows import Subject, looked_at, measured
from meshwright.engine.bigquery.session import Session
from meshwright.engine.judgement import answered, checks_of, counted, unmeasured
from meshwright.engine.staging import Stage
from meshwright.model.contract import Check, Metric
from meshwright.model.errors import Refused
from meshwright.model.identity import PublishId
from meshwright.model.naming import sql_name, stored_table
from meshwright.model.product import DataProduct, OutputPort
from meshwright.model.publish import CheckResult


def check(session: Session, product: DataProduct, publish_id: PublishId) -> tuple[CheckResult, ...]:
    """Run all checks of all tables on what was staged."""
    started = time.perf_counter()
    stage = read_stage(session, product.address, publish_id)
    results: list[CheckResult] = []
    with explained(f"checking `{product.address}`"):
        for port in product.outputs:
            named = _named(session, product, port, publish_id)
            for called, table in port.named:
                address = product.port_address(port).table(called)
                place = session.staged(product.address, publish_id, stored_table(address))
                results += _table(session, Subject(address, table, place), stage, named)
        write_stage(session, replace(stage, seconds=stage.seconds + time.perf_counter() - started))
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
    checks = checks_of(table)
    scanned = [c for c in checks if c.metric is not Metric.SQL]
    source = looked_at(session, subject, stage.staged.interval)
    numbers, rows, all_rows = measured(session, source, scanned, table.made_columns)
    by_check = dict(zip(scanned, numbers, strict=True))
    staged = {counted.table: counted.quarantined for counted in stage.staged.tables}
    aside = set_aside_by(session, stage.staged.publish_id, address, staged.get(address, 0))
    results = []
    for one in checks:
        if one.metric is Metric.SQL:
            results.append(_queried(session, subject, one, named))
        else:
            among = all_rows if one.is_about_all else rows
            results.append(counted(table, address, one, by_check[one], among, aside))
    return results


def _queried(session: Session, subject: Subject, check: Check, named: str) -> CheckResult:
    """Measure by the check's own SQL: one SELECT of one number."""
    table, address, warehouse = subject.table, subject.address, session.warehouse
    query = f"{named}SELECT * FROM ({check.query}\n) AS measured"
    try:
        warehouse.one_select(query, {}, [session.stage_dataset(address.port.product)])
        found = warehouse.run(query)
    except GoogleAPICallError as error:
        return unmeasured(table, address, check, f"its SQL failed: {reason(error)}")
    except Refused as error:
        return unmeasured(table, address, check, f"its SQL was refused: {error.message}")
    return answered(table, address, check, found[0][0] if found else None)
