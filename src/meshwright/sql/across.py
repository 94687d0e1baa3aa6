"""Across: one question over the ports of all domains, for `mesh query`.

Tables are written `domain.product.port`, or `domain.product.port.table` where a port has several; `-` as `_`, `port_v2`
for `port@2`. One SELECT in the engine's dialect, which reads ports and nothing else, so that it can change nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect

from meshwright.model.address import TableAddress
from meshwright.model.diagnostic import Diagnostic
from meshwright.model.naming import mesh_table, query_table
from meshwright.model.spelling import did_you_mean
from meshwright.model.value import value
from meshwright.sql import guard
from meshwright.sql.codes import Code
from meshwright.sql.names import dotted, rename
from meshwright.sql.parse import parse
from meshwright.sql.text import SqlText

FILE = "query"
"""What diagnostics call the question: it stands in no file."""


@value
class MeshQuery:
    """A question as the engine understands it: `tables` says what each of its tables is in the mesh.

    With diagnostics there is nothing to run.
    """

    sql: str
    tables: tuple[tuple[str, TableAddress], ...]
    diagnostics: tuple[Diagnostic, ...] = ()


def across(select: str, tables: Iterable[TableAddress], dialect: str = "duckdb") -> MeshQuery:
    """Return a question with its tables' names replaced by ones that an engine can give to what it reads."""
    text = SqlText(select, dialect, FILE)
    known = {".".join(mesh_table(table)): table for table in tables}
    tree = parse(text)
    if isinstance(tree, Diagnostic):
        dashed = next((name for name, table in known.items() if "-" in str(table) and _as_address(table) in select), "")
        hint = f"SQL knows no `-` in a name: write `{dashed}`" if dashed else tree.hint
        return MeshQuery("", (), (replace(tree, hint=hint),))
    scopes = guard.scopes_of(text, tree)
    if isinstance(scopes, Diagnostic):
        return MeshQuery("", (), (scopes,))
    read = guard.tables(scopes)
    found = [*guard.unbound(text, ()), *guard.hidden_sources(text, tree)]
    found += [_unknown(text, table, known) for table in read if dotted(table).lower() not in known]
    if found:
        return MeshQuery("", (), tuple(found))
    meant = [(table, known[dotted(table).lower()]) for table in read]
    rename(tree, [(table, query_table(address)) for table, address in meant])
    sql = Dialect.get_or_raise(dialect).generate(tree, comments=False)
    return MeshQuery(sql, tuple(sorted({(query_table(address), address) for _, address in meant})))


def _as_address(table: TableAddress) -> str:
    """Return a table as somebody may write it who has its address in mind."""
    return f"{table.port.product}.{table.port.name}"


def _unknown(text: SqlText, table: exp.Table, known: Mapping[str, TableAddress]) -> Diagnostic:
    name = dotted(table)
    tables = [full for full in known if full.startswith(f"{name.lower()}.") and known[full].name]
    if tables:
        hint = f"write {' or '.join(f'`{full}`' for full in sorted(tables))}"
        message = f"`{name}` has several tables, and the question does not say which"
        return text.problem(Code.UNDECLARED_TABLE, message, table, hint)
    shorter = [full for full in known if full.endswith(f".{name.lower()}")]
    hint = f"did you mean `{shorter[0]}`?" if shorter else did_you_mean(name, known)
    return text.problem(Code.UNDECLARED_TABLE, f"`{name}` is not a port of this mesh", table, hint)
