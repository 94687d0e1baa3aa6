"""Checks: the tables of a product held against their contracts: what was staged, or what consumers read."""

import time
from collections.abc import Collection, Mapping
from dataclasses import replace

from duckdb import DuckDBPyConnection

from meshwright.engine.answers import told
from meshwright.engine.duckdb.code import reported
from meshwright.engine.duckdb.connection import attach, connected, explained, name, sandbox
from meshwright.engine.duckdb.examination import Examination, examined
from meshwright.engine.duckdb.inputs import relation_of
from meshwright.engine.duckdb.log import read_stage, update_stage
from meshwright.engine.duckdb.provenance import PUBLISHED
from meshwright.engine.duckdb.quarantine import set_aside_by
from meshwright.engine.duckdb.references import published_targets, staged_targets
from meshwright.engine.duckdb.rows import STAGED, Subject, looked_at
from meshwright.engine.duckdb.served import expose_virtual
from meshwright.engine.duckdb.session import Session
from meshwright.engine.duckdb.stage import stage_path
from meshwright.engine.judgement import own_checks_of, published_checks_of
from meshwright.engine.measuring import terms
from meshwright.engine.set_aside import sources_judged
from meshwright.model.address import PortAddress, TableAddress
from meshwright.model.errors import NotFound
from meshwright.model.identity import PublishId
from meshwright.model.naming import sql_name, stored_table
from meshwright.model.product import DataProduct
from meshwright.model.publish import CheckResult
from meshwright.model.time import Interval

Relations = Mapping[TableAddress, str]
"""The quoted names of what is checked of a product."""


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
        found = reported(connection, path.stem) if product.code else ()
        results = [*found, *sources_judged(product, stage.staged)]
        for address, table in product.tables():
            _name_tables(connection, product, address.port, relations)
            subject, interval = Subject(address, table, relations[address]), stage.staged.interval
            targets = staged_targets(connection, product, subject, relations, interval)
            known, source = terms(table, interval, targets), looked_at(connection, subject, interval)
            aside = set_aside_by(connection, publish_id, address)
            examination = Examination(connection, subject, source, known, aside, is_staged=True)
            results += [*examined(examination, own_checks_of(table)), *told(address, table, stage.answers)]
        update_stage(connection, replace(stage, seconds=stage.seconds + time.perf_counter() - started))
    return tuple(results)


def check_published(
    session: Session, product: DataProduct, tables: Collection[TableAddress], interval: Interval
) -> tuple[CheckResult, ...]:
    """Run all checks of some tables on what consumers read; SQL that asks for an interval is given this one."""
    with explained(f"checking `{product.address}`"), connected(None, session.limits) as connection:
        if session.files.published(product.address).is_file():
            attach(connection, session.files.published(product.address), PUBLISHED)
        relations, attached = {}, set[str]()
        for address, table in product.tables():
            served = table.virtual and expose_virtual(session, connection, table.virtual, attached)
            relation = served or relation_of(session, connection, address, attached)
            if relation is not None:
                relations[address] = relation
        sandbox(connection)
        results: list[CheckResult] = []
        for address, table in product.tables():
            if address not in tables:
                continue
            if address not in relations:
                raise NotFound(f"`{address}` is not published yet", hint=f"run `mesh run {product.address}`")
            _name_tables(connection, product, address.port, relations)
            subject = Subject(address, table, relations[address])
            source = f"(SELECT *, true AS {STAGED} FROM {subject.relation})"
            known = terms(table, interval, published_targets(product, subject, relations))
            examination = Examination(connection, subject, source, known)
            results += examined(examination, published_checks_of(table))
    return tuple(results)


def _name_tables(connection: DuckDBPyConnection, product: DataProduct, port: PortAddress, relations: Relations) -> None:
    """Let the SQL of a port's checks call each table by the name that its contract gives it.

    Its own tables come last: where another port of the product, such as another major, has one of the same name, its
    own is meant.
    """
    for address, table in sorted(product.tables(), key=lambda made: made[0].port == port):
        for called in {sql_name(table.name), stored_table(address)} if address in relations else ():
            connection.execute(f"CREATE OR REPLACE TEMP VIEW {name(called)} AS FROM {relations[address]}")
