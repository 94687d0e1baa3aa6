"""Quarantine: rows that checks find wrong, set aside before anything is published, with the names of these checks.

They wait in the product's store beside its log, by the publish that set them aside, for as long as their table keeps
rows: no later run makes them good. Consumers read other tables; what is masked for them is masked here too.
"""

from collections.abc import Iterator, Sequence

from meshwright.engine.bigquery.connection import explained, name, text
from meshwright.engine.bigquery.once import Step, run_once
from meshwright.engine.bigquery.rows import STAGED, Subject, looked_at, measured, wrong
from meshwright.engine.bigquery.session import QUARANTINE, Session
from meshwright.engine.bound import Bound
from meshwright.engine.judgement import Aside, judged, quarantined
from meshwright.engine.measuring import Terms, terms
from meshwright.engine.set_aside import made_for, read_row, readable
from meshwright.model.address import ProductAddress, TableAddress
from meshwright.model.contract import Check
from meshwright.model.identity import PublishId
from meshwright.model.naming import sql_name, stored_table
from meshwright.model.publish import Quarantined
from meshwright.model.time import Interval

ROW = name("mesh__row")
"""Tells the rows of a table apart until it is known which of them are set aside."""

_TABLE = "number INT64, publish_id STRING, made_for STRING, checks ARRAY<STRING>, content STRING"
_COLUMNS = "publish_id, made_for, checks, content"


def set_aside(session: Session, subject: Subject, step: Step, interval: Interval) -> int:
    """Write the rows that make a check fail to a table of the stage, and say how many they are."""
    source = looked_at(session, subject, interval, (ROW,))
    known = terms(subject.table, interval)
    failing = _failing(session, subject, source, known, step)
    if not failing:
        return 0
    bound = Bound("@")
    flags = ", ".join(f"{wrong(check, known, bound)} AS wrong_{n}" for n, check in enumerate(failing))
    reasons = ", ".join(f"IF(wrong_{n}, [{bound.bind(check.name)}], [])" for n, check in enumerate(failing))
    made = ", ".join(f"{name(c)} AS {name(c)}" for c in known.columns)
    whose = f"{bound.bind(str(step.publish_id))} AS publish_id, {bound.bind(made_for(subject.address))} AS made_for"
    anything = " OR ".join(f"wrong_{n}" for n in range(len(failing)))
    select = (
        f"SELECT {ROW}, {whose}, ARRAY_CONCAT({reasons}) AS checks, TO_JSON_STRING(STRUCT({made})) AS content "
        f"FROM (SELECT *, {flags} FROM {source}) WHERE {STAGED} AND ({anything})"
    )
    place = _aside(session, subject.address, step.publish_id)
    run_once(session.warehouse, step, f"CREATE OR REPLACE TABLE {place} AS {select}", bound.values)
    ((rows,),) = session.warehouse.run(f"SELECT COUNT(*) FROM {place}")
    return int(rows)


def left(session: Session, subject: Subject, publish_id: PublishId, aside: int) -> str:
    """Return a SELECT of the rows that are not set aside."""
    rows = f"SELECT * EXCEPT ({ROW}) FROM {subject.relation}"
    apart = f"SELECT {ROW} FROM {_aside(session, subject.address, publish_id)}"
    return f"{rows} WHERE {ROW} NOT IN ({apart})" if aside else rows


def set_aside_by(session: Session, publish_id: PublishId, table: TableAddress, rows: int) -> Aside:
    """Return how many of the rows that a stage has set aside of a table each check has found."""
    if not rows:
        return Aside()
    place = _aside(session, table, publish_id)
    counted = session.warehouse.run(
        f"SELECT reason, COUNT(*) FROM {place} CROSS JOIN UNNEST(checks) AS reason GROUP BY reason"
    )
    return Aside(rows, dict(counted))


def quarantine_definition(session: Session, product: ProductAddress) -> str:
    """Return the statement that makes a product's quarantine, unless it is there."""
    return f"CREATE TABLE IF NOT EXISTS {session.store(product, QUARANTINE)} ({_TABLE})"


def kept(session: Session, publish_id: PublishId, table: TableAddress) -> Iterator[str]:
    """Yield the statement of a transaction that keeps what was set aside of a table."""
    held = session.store(table.port.product, QUARANTINE)
    number = f"(SELECT COALESCE(MAX(number), 0) FROM {held}) + ROW_NUMBER() OVER (ORDER BY content)"
    place = _aside(session, table, publish_id)
    yield f"INSERT INTO {held} (number, {_COLUMNS}) SELECT {number}, {_COLUMNS} FROM {place}"


def source_aside(input_name: str) -> str:
    """Return the name under which what an input gave that can be no row is loaded into a stage."""
    return f"{sql_name(input_name)}__aside"


def kept_of_source(session: Session, publish_id: PublishId, product: ProductAddress, name: str) -> str:
    """Return the statement of a transaction that keeps what was set aside of an input."""
    held = session.store(product, QUARANTINE)
    values = f"{text(str(publish_id))}, {text(made_for(name))}, [{text(readable(name))}], content"
    place = session.staged(product, publish_id, f"_{source_aside(name)}")
    number = f"(SELECT COALESCE(MAX(number), 0) FROM {held}) + number"
    return f"INSERT INTO {held} (number, {_COLUMNS}) SELECT {number}, {values} FROM {place}"


def forgotten_aside(
    session: Session, product: ProductAddress, origin: TableAddress | str, publishes: Sequence[PublishId]
) -> str:
    """Return the statement of a transaction that deletes what these publishes set aside of a table, or of an input."""
    ids = ", ".join(text(str(publish_id)) for publish_id in publishes)
    held = session.store(product, QUARANTINE)
    return f"DELETE FROM {held} WHERE made_for = {text(made_for(origin))} AND publish_id IN ({ids})"


def quarantine(session: Session, product: ProductAddress, most: int) -> tuple[Quarantined, ...]:
    """Return the rows that were set aside last, the newest first."""
    with explained(f"the quarantine of `{product}`"):
        if session.warehouse.table(session.store_dataset(product), QUARANTINE) is None:
            return ()
        held = session.store(product, QUARANTINE)
        rows = session.warehouse.run(f"SELECT {_COLUMNS} FROM {held} ORDER BY number DESC LIMIT {int(most)}")
    return tuple(read_row(*row) for row in rows)


def _failing(session: Session, subject: Subject, source: str, known: Terms, step: Step) -> list[Check]:
    table, address = subject.table, subject.address
    found = measured(session, source, quarantined(table), known, step)
    return [c for c, number in found.numbers.items() if not judged(table, address, c, number, found.among(c)).passed]


def _aside(session: Session, table: TableAddress, publish_id: PublishId) -> str:
    return session.staged(table.port.product, publish_id, f"{stored_table(table)}__aside")
