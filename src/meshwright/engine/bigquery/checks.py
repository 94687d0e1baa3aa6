"""Checks: the tables of a product held against their contracts: what was staged, or what consumers read."""

import time
from collections.abc import Collection, Mapping
from dataclasses import replace

from meshwright.engine.answers import told
from meshwright.engine.bigquery.code import reported
from meshwright.engine.bigquery.connection import explained
from meshwright.engine.bigquery.examination import Examination, examined
from meshwright.engine.bigquery.inputs import with_relations
from meshwright.engine.bigquery.log import read_stage, write_stage
from meshwright.engine.bigquery.once import Step
from meshwright.engine.bigquery.quarantine import set_aside_by
from meshwright.engine.bigquery.references import published_targets, staged_targets
from meshwright.engine.bigquery.rows import STAGED, Subject, looked_at
from meshwright.engine.bigquery.served import dataset_of, kinds_of, quoted, served_of
from meshwright.engine.bigquery.session import Session
from meshwright.engine.judgement import own_checks_of, published_checks_of
from meshwright.engine.measuring import terms
from meshwright.engine.set_aside import sources_judged
from meshwright.model.address import PortAddress, TableAddress
from meshwright.model.errors import NotFound
from meshwright.model.identity import PublishId
from meshwright.model.naming import sql_name, stored_table
from meshwright.model.product import DataProduct
from meshwright.model.publish import CheckResult, Spent
from meshwright.model.time import Interval

Places = Mapping[TableAddress, str]
"""The quoted names of what is checked of a product."""


def check(session: Session, product: DataProduct, publish_id: PublishId) -> tuple[CheckResult, ...]:
    """Run all checks of all tables on what was staged."""
    started, already = time.perf_counter(), session.warehouse.meter.spent
    stage = read_stage(session, product.address, publish_id)
    serving = served_of(session, product)
    places = {
        a: quoted(serving[a]) if a in serving else session.staged(product.address, publish_id, stored_table(a))
        for a, _ in product.tables()
    }
    rows_aside = {counted.table: counted.quarantined for counted in stage.staged.tables}
    own = (session.stage_dataset(product.address), session.store_dataset(product.address))
    datasets = {*own, *map(dataset_of, serving.values())}
    results = [*sources_judged(product, stage.staged)]
    with explained(f"checking `{product.address}`"):
        results += reported(session, product, publish_id)
        for address, table in product.tables():
            subject, interval = Subject(address, table, places[address]), stage.staged.interval
            known = terms(table, interval, staged_targets(session, product, subject, publish_id, places, interval))
            source = looked_at(session, subject, interval)
            aside = set_aside_by(session, publish_id, address, rows_aside.get(address, 0))
            named = _named(product, address.port, places)
            kinds = kinds_of(serving[address]) if address in serving else None
            step = Step(product.address, publish_id, "check", address)
            examination = Examination(session, subject, source, known, named, datasets, aside, kinds, step)
            results += [*examined(examination, own_checks_of(table)), *told(address, table, stage.answers)]
        seconds = stage.seconds + time.perf_counter() - started + session.warehouse.meter.away
        spent = (stage.spent or Spent()) + session.warehouse.meter.spent - already
        write_stage(session, replace(stage, seconds=seconds, spent=spent))
    return tuple(results)


def check_published(
    session: Session, product: DataProduct, tables: Collection[TableAddress], interval: Interval
) -> tuple[CheckResult, ...]:
    """Run all checks of some tables on what consumers read; SQL that asks for an interval is given this one."""
    dataset, results = session.dataset(product.address), list[CheckResult]()
    with explained(f"checking `{product.address}`"):
        serving = served_of(session, product)
        found = {a: serving.get(a) or session.warehouse.table(dataset, stored_table(a)) for a, _ in product.tables()}
        places = {address: quoted(there) for address, there in found.items() if there is not None}
        datasets = {dataset, session.store_dataset(product.address), *map(dataset_of, serving.values())}
        for address, table in product.tables():
            there = found[address]
            if address not in tables:
                continue
            if there is None:
                raise NotFound(f"`{address}` is not published yet", hint=f"run `mesh run {product.address}`")
            subject = Subject(address, table, places[address])
            examination = Examination(
                session=session,
                subject=subject,
                source=f"(SELECT *, TRUE AS {STAGED} FROM {subject.relation})",
                terms=terms(table, interval, published_targets(product, subject, places)),
                named=_named(product, address.port, places),
                datasets=datasets,
                kinds=kinds_of(there),
            )
            results += examined(examination, published_checks_of(table))
    return tuple(results)


def _named(product: DataProduct, port: PortAddress, places: Places) -> str:
    """Let the SQL of a port's checks call each table by the name that its contract gives it.

    Its own tables come last: where another port of the product, such as another major, has one of the same name, its
    own is meant.
    """
    named: dict[str, str] = {}
    for address, table in sorted(product.tables(), key=lambda made: made[0].port == port):
        if address in places:
            called = (sql_name(table.name), stored_table(address))
            named |= dict.fromkeys(called, f"SELECT * FROM {places[address]}")
    return with_relations(named.items())
