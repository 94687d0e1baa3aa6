"""Guard: does the SELECT read what it declared, and nothing else: no file, no function's table, no other value?

Pure over a tree as it was parsed, so that everything it finds has its place in the text.
"""

from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, traverse_scope
from sqlglot.tokenizer_core import TokenType

from meshwright.model.diagnostic import Diagnostic, Severity
from meshwright.model.spelling import closest, did_you_mean
from meshwright.model.value import value
from meshwright.sql.codes import Code, error
from meshwright.sql.names import dotted
from meshwright.sql.parse import statement
from meshwright.sql.text import SqlText

PARAMETERS = ("interval_start", "interval_end")
"""The bound parameters that a transform may use: the bounds of the run's interval, TIMESTAMP."""


def parameters(tree: exp.Expr) -> tuple[str, ...]:
    """Return the names of the parameters that a tree uses, each once."""
    return tuple(sorted({_parameter_name(node) for node in tree.find_all(exp.Parameter, exp.Placeholder)}))


def unbound(text: SqlText, bound: Collection[str] = PARAMETERS) -> Iterator[Diagnostic]:
    """Yield the parameters that are given no value. Their places are those of the tokens: the tree has none."""
    sign = "$" if text.dialect == "duckdb" else "@"
    tokens = statement(text)
    for token, after in pairwise([*tokens, tokens[-1]]):
        named = token.token_type is TokenType.PARAMETER and token.text == sign
        if token.token_type is TokenType.PLACEHOLDER or (named and after.text not in bound):
            written = f"{sign}{after.text}" if named else token.text
            at = text.place(token.start, after.end if named else token.end)
            spelled = " or ".join(f"`{sign}{name}`" for name in bound)
            hint = f"write {spelled}" if spelled else "write the value itself"
            yield error(Code.PARAMETER, f"nothing gives `{written}` a value", at, hint)


def templates(text: SqlText) -> Iterator[Diagnostic]:
    """Warn of quoted text that looks like a template: somebody may mean it, but nobody fills it in."""
    for token in statement(text):
        if token.token_type is TokenType.STRING and "{{" in token.text and "}}" in token.text:
            at = text.place(token.start, token.end)
            hint = "leave the quotes out and write a bound parameter, such as `@interval_start`"
            message = f"nobody fills in `{token.text}`: this is compared as it stands"
            yield Diagnostic(at, Code.PARAMETER.value, Severity.WARNING, message, hint)


def hidden_sources(text: SqlText, tree: exp.Expr) -> Iterator[Diagnostic]:
    """Yield what would make rows out of something other than a table: files, functions, PIVOT."""
    for node in tree.find_all(exp.Table, exp.Lateral, exp.Pivot):
        match node:
            case exp.Table(this=exp.Func() as function):
                name = function.name if isinstance(function, exp.Anonymous) else function.sql_name()
                message = f"`{name.lower()}` reads what no input port declares"
                yield text.problem(Code.HIDDEN_SOURCE, message, node, "declare the source as an input port")
            case exp.Lateral():
                message = "LATERAL hides where its rows come from"
                yield text.problem(Code.HIDDEN_SOURCE, message, node, "join a subquery, or use UNNEST")
            case exp.Pivot():
                message = "PIVOT makes columns whose names only the data know"
                hint = "write the columns out: `sum(if(kind = 'a', amount, 0)) as a`"
                yield text.problem(Code.HIDDEN_SOURCE, message, node, hint)


_DECLARE = "declare it under `inputPorts` and read it by its local name"


def scopes_of(text: SqlText, tree: exp.Query) -> list[Scope] | Diagnostic:
    """Return the scopes of a tree, inner ones first, or the name that two tables of one scope share."""
    scopes = traverse_scope(tree)
    for scope in scopes:
        names: set[str] = set()
        for table in (*scope.tables, *scope.derived_tables):
            name = table.alias_or_name
            if name and name in names:
                alias = table.args.get("alias")
                message = f"two tables are called `{name}` here"
                return text.problem(Code.UNRESOLVED, message, alias or table, "give one of them another alias")
            names.add(name)
    return scopes


@value
class Tables:
    """The tables that a SELECT really reads (not its own CTEs), and what is wrong with them."""

    read: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]


def undeclared(text: SqlText, scopes: list[Scope], inputs: Mapping[str, str]) -> Tables:
    """Hold the tables against the input ports, whose names are given as SQL spells them → as manifests do."""
    read: set[str] = set()
    found: list[Diagnostic] = []
    for table in tables(scopes):
        if table.alias_column_names:
            message = f"`{table.alias}` renames the columns of `{dotted(table)}` where nobody looks for it"
            found.append(text.problem(Code.NAME, message, table, "rename them in the SELECT, with AS"))
        name = dotted(table).lower() if table.db else table.name
        if name in inputs:
            read.add(name)
        else:
            found.append(_undeclared(text, table, inputs))
    return Tables(tuple(sorted(read)), tuple(found))


def _undeclared(text: SqlText, table: exp.Table, inputs: Collection[str]) -> Diagnostic:
    """Say what is wrong with a table that no input is: its name, or that it is one of several, or one of none."""
    name, head = dotted(table), table.parts[0].name
    tables = [known for known in inputs if known.startswith(f"{head.lower()}.")]
    if tables and not table.catalog:
        lacks = f"has no table `{table.name}`" if table.db else "has several tables, and the SQL does not say which"
        nearest = closest(name, tables, likeness=0.85) if table.db else None
        hint = f"did you mean `{nearest}`?" if nearest else f"write {' or '.join(f'`{t}`' for t in sorted(tables))}"
        return text.problem(Code.UNDECLARED_TABLE, f"the input `{head}` {lacks}", table, hint)
    if not table.db:
        message = f"`{name}` is not an input port of this product"
        return text.problem(Code.UNDECLARED_TABLE, message, table, did_you_mean(name, inputs, otherwise=_DECLARE))
    hint = f"write `{head.lower()}`: that input is one table" if head.lower() in inputs else _DECLARE
    return text.problem(Code.FOREIGN_TABLE, f"`{name}` reaches for a table outside this product", table, hint)


def taken_for_columns(text: SqlText, tree: exp.Expr, inputs: Collection[str]) -> Iterator[Diagnostic]:
    """Yield the tables that BigQuery takes for a column to unnest: a table that is read there has their first word."""
    if not any("." in name for name in inputs):
        return
    for unnest in tree.find_all(exp.Unnest):
        for column in unnest.expressions:
            name = ".".join(part.name for part in column.parts) if isinstance(column, exp.Column) else ""
            if name.lower() in inputs and "." in name:
                message = f"BigQuery takes `{name}` for a column of `{column.table}`, which is read here, too"
                hint = f"give the other table an alias of its own, not `{column.table}`"
                yield text.problem(Code.UNRESOLVED, message, column, hint)


def tables(scopes: list[Scope]) -> list[exp.Table]:
    """Return the tables that are read, CTEs and functions left out, in the order of the scopes."""
    return [
        table
        for scope in scopes
        for table in scope.tables
        if not isinstance(table.this, exp.Func) and (table.db or table.name not in scope.cte_sources)
    ]


def _parameter_name(node: exp.Expr) -> str:
    return node.name or node.sql()
