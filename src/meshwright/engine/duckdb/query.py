"""Query: one question across published tables, read only."""

from meshwright.engine.duckdb.connection import connected, explained, name, one_select, sandbox
from meshwright.engine.duckdb.inputs import relation_of
from meshwright.engine.duckdb.session import Session
from meshwright.engine.protocol import Rows
from meshwright.model.address import TableAddress
from meshwright.model.errors import NotFound


def query(session: Session, sql: str, tables: tuple[tuple[str, TableAddress], ...]) -> Rows:
    """Answer one SELECT over tables, each under the name that the SQL uses for it."""
    with explained("the question"), connected(None, session.limits) as connection:
        attached: set[str] = set()
        for alias, table in tables:
            relation = relation_of(session, connection, table, attached)
            if relation is None:
                raise NotFound(f"`{table}` is not published yet", hint=f"run `mesh run {table.port.product}`")
            connection.execute(f"CREATE TEMP VIEW {name(alias)} AS FROM {relation}")
        sandbox(connection)
        answer = connection.execute(one_select(connection, sql))
        columns = tuple(column[0] for column in answer.description or ())
        return Rows(columns, tuple(answer.fetchall()))
