"""Across: one question over the ports of all domains, for `mesh query`.

Tables are written `domain.product.port`, `-` as `_`, `port_v2` for `port@2`. DuckDB's dialect; one SELECT, which reads
ports and nothing else, so that it can change nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect

from meshwright.model.address import PortAddress
from meshwright.model.diagnostic import Diagnostic
from meshwright.model.naming import mesh_table, query_table
from meshwright.model.spelling import did_you_mean
from meshwright.sql import guard
from meshwright.sql.codes import Code
from meshwright.sql.parse import parse
from meshwright.sql.text import SqlText

FILE = "query"
"""What diagnostics call the question: it stands in no file."""


@dataclass(frozen=True, slots=True)
class MeshQuery:
    """A question as DuckDB understands it: `tables` says which port each of its tables is.

    With diagnostics there is nothing to run.
    """

    sql: str
    tables: tuple[tuple[str, PortAddress], ...]
    diagnostics: tuple[Diagnostic, ...] = ()


def across(select: str, ports: Iterable[PortAddress]) -> MeshQuery:
    """Return a question with its tables' names replaced by ones that an engine can give to what it attaches."""
    text = SqlText(select, "duckdb", FILE)
    tree = parse(text)
    if isinstance(tree, Diagnostic):
        return MeshQuery("", (), (tree,))
    known = {".".join(mesh_table(port)): port for port in ports}
    scopes = guard.scopes_of(text, tree)
    if isinstance(scopes, Diagnostic):
        return MeshQuery("", (), (scopes,))
    read = guard.tables(scopes)
    found = [*guard.unbound(text, ()), *guard.hidden_sources(text, tree)]
    found += [_unknown(text, table, known) for table in read if guard.dotted(table).lower() not in known]
    if found:
        return MeshQuery("", (), tuple(found))
    tables = {_renamed(table, known[guard.dotted(table).lower()]) for table in read}
    for column in tree.find_all(exp.Column):
        column.set("db", None)
        column.set("catalog", None)
    sql = Dialect.get_or_raise("duckdb").generate(tree, comments=False)
    return MeshQuery(sql, tuple(sorted((query_table(port), port) for port in tables)))


def _renamed(table: exp.Table, port: PortAddress) -> PortAddress:
    """Rename a table in place; `port.column` goes on to mean it."""
    if not table.alias:
        table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name)))
    table.set("this", exp.to_identifier(query_table(port), quoted=True))
    table.set("db", None)
    table.set("catalog", None)
    return port


def _unknown(text: SqlText, table: exp.Table, known: Mapping[str, PortAddress]) -> Diagnostic:
    name = guard.dotted(table)
    shorter = [full for full in known if full.endswith(f".{name.lower()}")]
    hint = f"did you mean `{shorter[0]}`?" if shorter else did_you_mean(name, known)
    return text.problem(Code.UNDECLARED_TABLE, f"`{name}` is not a port of this mesh", table, hint)
