"""Query: one question across published ports, read only."""

from meshwright.engine.duckdb.connection import connected, explained, name, one_select, sandbox
from meshwright.engine.duckdb.inputs import port_relation
from meshwright.engine.duckdb.session import Session
from meshwright.engine.protocol import Rows
from meshwright.model.address import PortAddress
from meshwright.model.errors import NotFound


def query(session: Session, sql: str, tables: tuple[tuple[str, PortAddress], ...]) -> Rows:
    """Answer one SELECT over ports, each under the name that the SQL uses for it."""
    with explained("the question"), connected(None, session.limits) as connection:
        attached: set[str] = set()
        for alias, port in tables:
            relation = port_relation(session, connection, port, attached)
            if relation is None:
                raise NotFound(f"`{port}` is not published yet", hint=f"run `mesh run {port.product}`")
            connection.execute(f"CREATE TEMP VIEW {name(alias)} AS FROM {relation}")
        sandbox(connection)
        answer = connection.execute(one_select(connection, sql))
        columns = tuple(column[0] for column in answer.description or ())
        return Rows(columns, tuple(answer.fetchall()))
