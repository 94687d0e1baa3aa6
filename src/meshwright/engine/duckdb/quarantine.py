"""Quarantine: rows that checks find wrong, set aside before anything is published, with the names of these checks.

They wait in the product's own file beside its log, by the publish that set them aside, for as long as their table keeps
rows: no later run makes them good. Consumers read other tables; what is masked for them is masked here too.
"""

from collections.abc import Sequence

from duckdb import DuckDBPyConnection

from meshwright.engine.bound import Bound
from meshwright.engine.duckdb.connection import has_relation, name, text
from meshwright.engine.duckdb.provenance import STAGE
from meshwright.engine.duckdb.readers import file_relation
from meshwright.engine.duckdb.rows import STAGED, Subject, looked_at, measured, wrong
from meshwright.engine.judgement import Aside, judged, quarantined
from meshwright.engine.measuring import Terms, terms
from meshwright.engine.set_aside import made_for, read_row, readable
from meshwright.engine.sources.reading import SET_ASIDE, SetAside
from meshwright.model.address import TableAddress
from meshwright.model.contract import Check
from meshwright.model.identity import PublishId
from meshwright.model.publish import Quarantined
from meshwright.model.time import Interval

_TABLE = "number BIGINT, publish_id VARCHAR, made_for VARCHAR, checks VARCHAR[], content VARCHAR"
_NEXT = "(SELECT coalesce(max(number), 0) FROM mesh.quarantine)"


def start_quarantine(connection: DuckDBPyConnection) -> None:
    """Make an empty quarantine in the connection's own file."""
    connection.execute(f"CREATE TABLE mesh.quarantine ({_TABLE})")


def set_aside(connection: DuckDBPyConnection, subject: Subject, publish_id: PublishId, interval: Interval) -> None:
    """Move the rows that make a check fail from a temporary table to the quarantine."""
    numbered = Subject(subject.address, subject.table, "numbered")
    connection.execute(f'CREATE TEMP VIEW numbered AS SELECT *, rowid AS "is.row" FROM {subject.relation}')
    source = looked_at(connection, numbered, interval)
    known = terms(subject.table, interval)
    failing = _failing(connection, numbered, source, known)
    if failing:
        bound = Bound("$")
        found = ", ".join(
            f"CASE WHEN {wrong(check, known, bound)} THEN {bound.bind(check.name)} END" for check in failing
        )
        reasons = f"list_filter([{found}], lambda reason: reason IS NOT NULL) AS reasons"
        connection.execute(
            f'CREATE TEMP TABLE apart AS FROM (SELECT "is.row" AS place, {STAGED}, {reasons} FROM {source}) '
            f"WHERE {STAGED} AND len(reasons) > 0",
            bound.values,
        )
        content = ", ".join(f"{text(c.name)}: {name(c.name)}" for c in subject.table.made_columns)
        connection.execute(
            f"INSERT INTO mesh.quarantine SELECT {_NEXT} + row_number() OVER (ORDER BY place), $1, $2, reasons, "
            f"to_json({{{content}}}) FROM {subject.relation} AS made JOIN apart ON made.rowid = place ORDER BY place",
            [str(publish_id), made_for(subject.address)],
        )
        connection.execute(f"DELETE FROM {subject.relation} WHERE rowid IN (SELECT place FROM apart)")
        connection.execute("DROP TABLE apart")
    connection.execute("DROP VIEW numbered")


def set_source_aside(connection: DuckDBPyConnection, publish_id: PublishId, name: str, aside: SetAside) -> None:
    """Put what an input gave that can be no row into the quarantine."""
    connection.execute(
        f"INSERT INTO mesh.quarantine SELECT {_NEXT} + number, $1, $2, [$3], content "
        f"FROM ({file_relation([aside.path], 'json', SET_ASIDE)}) ORDER BY number",
        [str(publish_id), made_for(name), readable(name)],
    )


def set_aside_by(connection: DuckDBPyConnection, publish_id: PublishId, table: TableAddress) -> Aside:
    """Return what a stage has set aside of a table, in the connection's own file."""
    of = [str(publish_id), made_for(table)]
    mine = "FROM mesh.quarantine WHERE publish_id = $1 AND made_for = $2"
    row = connection.execute(f"SELECT count(*) {mine}", of).fetchone()
    counted = connection.execute(f"SELECT unnest(checks) AS name, count(*) {mine} GROUP BY name", of).fetchall()
    return Aside(row[0] if row else 0, dict(counted))


def keep_quarantine(connection: DuckDBPyConnection, other: str) -> None:
    """Take over what another file holds: the published one's, for a stage that takes its place, or the other way."""
    held = f"{name(other)}.mesh.quarantine"
    if other == STAGE:
        connection.execute(f"INSERT INTO mesh.quarantine SELECT * REPLACE ({_NEXT} + number AS number) FROM {held}")
        return
    connection.execute(f"UPDATE mesh.quarantine SET number = number + (SELECT coalesce(max(number), 0) FROM {held})")
    connection.execute(f"INSERT INTO mesh.quarantine FROM {held}")


def forget_aside(connection: DuckDBPyConnection, origin: TableAddress | str, publishes: Sequence[PublishId]) -> None:
    """Delete what these publishes have set aside of a table, or of an input, in the connection's own file."""
    connection.execute(
        "DELETE FROM mesh.quarantine WHERE made_for = $1 AND publish_id IN (SELECT unnest($2::VARCHAR[]))",
        [made_for(origin), list(map(str, publishes))],
    )


def read_quarantine(connection: DuckDBPyConnection, database: str, most: int) -> tuple[Quarantined, ...]:
    """Return the rows that were set aside last, the newest first."""
    if not has_relation(connection, database, "mesh", "quarantine"):
        return ()
    held = f"{name(database)}.mesh.quarantine"
    query = f"SELECT publish_id, made_for, checks, content FROM {held} ORDER BY number DESC LIMIT $1"
    return tuple(read_row(*row) for row in connection.execute(query, [most]).fetchall())


def _failing(connection: DuckDBPyConnection, subject: Subject, source: str, known: Terms) -> list[Check]:
    table, address = subject.table, subject.address
    found = measured(connection, source, quarantined(table), known)
    return [c for c, number in found.numbers.items() if not judged(table, address, c, number, found.among(c)).passed]
