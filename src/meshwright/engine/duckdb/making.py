"""Making: the tables of a product, each by one SELECT, cast, masked and without the rows that are set aside."""

from collections.abc import Mapping

import duckdb
from duckdb import DuckDBPyConnection

from meshwright.engine.answers import Answer
from meshwright.engine.duckdb import ledger
from meshwright.engine.duckdb.asking import lost_rows
from meshwright.engine.duckdb.connection import column_names, explained, has_relation, name, one_select, row_count
from meshwright.engine.duckdb.inputs import Exposed
from meshwright.engine.duckdb.masks import made_list
from meshwright.engine.duckdb.modes import make_readable
from meshwright.engine.duckdb.provenance import COPY, PUBLISHED, copies, interval_columns, within
from meshwright.engine.duckdb.quarantine import set_aside, set_aside_by
from meshwright.engine.duckdb.readers import blame
from meshwright.engine.duckdb.rows import Subject
from meshwright.engine.duckdb.types import name_list
from meshwright.engine.duckdb.versions import VERSIONED
from meshwright.engine.judgement import quarantined
from meshwright.engine.ledger import GENESIS
from meshwright.engine.protocol import Work
from meshwright.model.address import TableAddress
from meshwright.model.code import CodeTransform
from meshwright.model.identity import PublishId
from meshwright.model.naming import input_table, stored_table
from meshwright.model.product import OutputTable, PublishMode
from meshwright.model.publish import TableRows
from meshwright.model.value import value
from meshwright.release.record import Query

Made = tuple[TableAddress, OutputTable]
"""A table that a product makes, and where consumers find it."""


@value
class Building:
    """What tables are made of: the inputs, what another store serves (by stored name), what makes pseudonyms."""

    connection: DuckDBPyConnection
    work: Work
    publish_id: PublishId
    exposed: Exposed
    virtual: Mapping[str, str]
    functions: Mapping[str, str]


@value
class Built:
    """How many rows a table has been given, and what its checks found in the sources that they were made of."""

    rows: TableRows
    answers: tuple[Answer, ...] = ()


def build(building: Building, made: Made) -> Built:
    """Build one table; what another store serves is only counted."""
    connection, exposed = building.connection, building.exposed
    address, _ = made
    stored = stored_table(address)
    if stored in building.virtual:
        with explained(f"the table of `{address}`"):
            return Built(TableRows(address, row_count(connection, building.virtual[stored])))
    made_up = [f"`{n}`" for n in exposed.inputs.generated]
    hint = f"the rows of {', '.join(made_up)} were made up; real ones go into `fixtures/`" if made_up else ""
    by_code = isinstance(made[1].transform, CodeTransform)
    with explained(f"{'what code made for' if by_code else 'the SQL of'} `{address}`", hint):
        try:
            answers = _make(building, made)
        except duckdb.Error:
            for local in exposed.from_files:
                blame(connection, local)
            raise
    aside = set_aside_by(connection, building.publish_id, address).rows
    return Built(TableRows(address, row_count(connection, f"main.{name(stored)}"), aside), answers)


def _make(building: Building, made: Made) -> tuple[Answer, ...]:
    """Make the rows of a table, and set some aside; return which rows of sources are lost in all that was made."""
    connection, work = building.connection, building.work
    address, table = made
    stored = stored_table(address)
    query = work.query(address) or _passed_on(work, address)
    parameters = {p: work.value(p) for p in query.parameters}
    columns = made_list(table.made_columns, building.functions)
    select: str = f"SELECT {columns} FROM ({one_select(connection, query.sql)}\n) AS made"
    whole = "unjudged" if quarantined(table) or table.mode is PublishMode.LEDGER else f"main.{name(stored)}"
    if whole == "unjudged":
        connection.execute(f"CREATE TEMP TABLE unjudged AS {select}", parameters)
        answers = tuple(lost_rows(connection, work.product, address, table, whole))
        select, parameters = "SELECT * FROM unjudged", {}
    if quarantined(table):
        with explained(f"setting rows of `{address}` aside"):
            set_aside(connection, Subject(address, table, "unjudged"), building.publish_id, work.interval)
    _keep(building, made, select, parameters)
    if whole != "unjudged":
        return tuple(lost_rows(connection, work.product, address, table, whole))
    connection.execute("DROP TABLE unjudged")
    return answers


def _keep(building: Building, made: Made, select: str, parameters: Mapping[str, object]) -> None:
    """Keep the rows of a table as its way of publishing wants them."""
    connection, work = building.connection, building.work
    address, table = made
    stored = stored_table(address)
    match table.mode:
        case PublishMode.REPLACE:
            connection.execute(f"CREATE TABLE main.{name(stored)} AS {select}", parameters)
        case PublishMode.APPEND | PublishMode.MERGE | PublishMode.PARTITION:
            copy = f", {copies(table.made_columns)} AS {COPY}" if table.mode is PublishMode.PARTITION else ""
            held = f"SELECT *, {interval_columns(work.interval)}{copy} FROM ({select})"
            connection.execute(f"CREATE TABLE held.{name(stored)} AS {held}", parameters)
        case PublishMode.LEDGER:
            _chain(connection, work, table, stored)
    if table.mode in VERSIONED:
        connection.execute(f"CREATE TABLE past.{name(stored)} AS FROM held.{name(stored)} LIMIT 0")
    if table.mode is not PublishMode.REPLACE:
        make_readable(connection, stored, table.columns)


def _chain(connection: DuckDBPyConnection, work: Work, table: OutputTable, stored: str) -> None:
    """Put what the ledger does not hold yet behind its last entry, in the order of the key."""
    columns = table.made_columns
    names = name_list(columns)
    head, new = (0, GENESIS), f"SELECT {names} FROM unjudged"
    if has_relation(connection, PUBLISHED, "held", stored):
        published = f"{PUBLISHED}.held.{name(stored)}"
        last = connection.execute(f"SELECT sequence, entry_hash FROM {published} ORDER BY sequence DESC LIMIT 1")
        head = last.fetchone() or head
        known = "true" if table.contract.key else within(work.interval)
        there = column_names(connection, published)
        held = ", ".join(name(c.name) if c.name in there else "NULL" for c in columns)
        new += f" EXCEPT ALL SELECT {held} FROM {published} WHERE {known}"
    order = ", ".join(name(k) for k in table.contract.key) or names
    connection.execute(
        f"CREATE TEMP TABLE unchained AS SELECT *, {head[0]} + row_number() OVER (ORDER BY {order}) AS sequence "
        f"FROM ({new})"
    )
    chained = ledger.chained(connection, "unchained", columns, head)
    connection.execute(
        f"CREATE TABLE held.{name(stored)} AS SELECT {ledger.entry_list(columns)}, "
        f"{interval_columns(work.interval)} FROM ({chained})"
    )
    connection.execute("DROP TABLE unchained")


def _passed_on(work: Work, address: TableAddress) -> Query:
    """Return the query of a table that has no SQL: one input as it is."""
    return Query(address, "duckdb", f"SELECT * FROM {name(input_table(work.passed_on(address).name))}")
