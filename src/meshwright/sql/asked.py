"""Asked: do the queries of a product's checks and samples make sense over the tables that it offers?

They read nothing but the product's own tables, by the names of their contracts. A check is in the dialect of its port;
a sample is DuckDB's, run as it stands.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sqlglot import exp
from sqlglot.optimizer.normalize_identifiers import normalize_identifiers

from meshwright.model.address import PortAddress
from meshwright.model.contract import LogicalType
from meshwright.model.diagnostic import Diagnostic, Location
from meshwright.model.naming import sql_name, stored_table
from meshwright.model.product import DataProduct, OutputPort
from meshwright.model.spelling import did_you_mean
from meshwright.model.value import value
from meshwright.sql import grouping, guard, operands
from meshwright.sql.codes import Code
from meshwright.sql.dialect import differences
from meshwright.sql.names import dotted
from meshwright.sql.parse import parse
from meshwright.sql.resolve import Schemas, resolve
from meshwright.sql.size import too_deep
from meshwright.sql.text import SqlText
from meshwright.sql.types import inferred

_NO_NUMBER = (LogicalType.STRING, LogicalType.DATE, LogicalType.TIMESTAMP, LogicalType.BOOLEAN)


@value
class _Query:
    """A query inside a manifest: `at` is where its text begins; a check's gives one number."""

    sql: str
    at: Location
    dialect: str = "duckdb"
    is_check: bool = False


def asked(product: DataProduct) -> tuple[Diagnostic, ...]:
    """Return all that is wrong with the queries of a product's checks and samples."""
    return tuple(
        problem
        for port in product.outputs
        for query in _queries(port)
        for problem in _wrong(query, _tables(product, product.port_address(port)))
    )


def _tables(product: DataProduct, own: PortAddress) -> Schemas:
    """Return the columns of each table of a product; of two that are called alike, the port's own is meant."""
    return {
        called.lower(): table.columns
        for address, table in sorted(product.tables(), key=lambda made: made[0].port == own)
        for called in (sql_name(table.name), stored_table(address))
    }


def _queries(port: OutputPort) -> Iterator[_Query]:
    for table in port.tables:
        for check in table.contract.checks:
            if check.query is not None and check.query_at is not None:
                yield _Query(check.query, check.query_at, check.dialect, is_check=True)
    for sample in port.samples:
        if sample.at is not None:
            yield _Query(sample.sql, sample.at)


def _wrong(query: _Query, tables: Schemas) -> Iterator[Diagnostic]:
    text = SqlText(query.sql, query.dialect, query.at.file)
    try:
        found = list(_found(text, query, tables))
    except RecursionError:
        found = [too_deep(text)]
    for problem in found:
        yield replace(problem, at=_placed(problem.at, query))


def _found(text: SqlText, query: _Query, tables: Schemas) -> Iterator[Diagnostic]:
    tree = parse(text)
    if isinstance(tree, Diagnostic):
        yield tree
        return
    yield from guard.unbound(text, guard.PARAMETERS if query.is_check else ())
    yield from grouping.positions(text, tree)
    hidden = [*guard.hidden_sources(text, tree), *_unknown_tables(text, tree, tables)]
    if hidden:
        yield from hidden
        return
    tree = normalize_identifiers(tree, dialect=text.dialect, store_original_column_identifiers=True)
    resolved = resolve(text, tree, tables)
    yield from resolved.diagnostics
    typed = resolved.typed(text)
    if isinstance(typed, Diagnostic):
        yield typed
        return
    yield from differences(text, typed)
    yield from grouping.misgroupings(text, resolved.scopes)
    yield from operands.mismatches(text, typed)
    if query.is_check and resolved.scopes:
        yield from _not_one_number(text, typed)


def _unknown_tables(text: SqlText, tree: exp.Query, tables: Mapping[str, object]) -> Iterator[Diagnostic]:
    scopes = guard.scopes_of(text, tree)
    if isinstance(scopes, Diagnostic):
        yield scopes
        return
    for table in guard.tables(scopes):
        name = dotted(table)
        if name.lower() not in tables:
            hint = did_you_mean(name, tables)
            yield text.problem(Code.UNDECLARED_TABLE, f"`{name}` is not a table of this product", table, hint)


def _not_one_number(text: SqlText, tree: exp.Query) -> Iterator[Diagnostic]:
    first, *others = tree.selects
    if others:
        message = f"a check asks for one number, and this gives {len(tree.selects)} columns"
        yield text.problem(Code.NOT_ONE_SELECT, message, others[0], "select one number, as `count(*)`")
    elif (kind := inferred(first)) in _NO_NUMBER:
        message = f"a check asks for a number, and this is of type {kind}"
        yield text.problem(Code.NOT_ONE_SELECT, message, first, "count the rows that are wrong, with `count(*)`")


def _placed(found: Location, query: _Query) -> Location:
    """Return where something in a query stands in the manifest: exactly where that can be told, else the query's line.

    What a contract writes `{object}` is longer or shorter in the query than in the file.
    """
    line = query.sql.split("\n")[found.line - 1] if found.line <= query.sql.count("\n") + 1 else ""
    word = line[found.column - 1 : found.column - 1 + found.width]
    if found.line == 1:
        columns = [n for n in range(len(query.at.text)) if query.at.text.startswith(word, n) and word]
        near = min(columns, key=lambda n: abs(n - (query.at.column + found.column - 2)), default=None)
        return query.at if near is None else replace(query.at, column=near + 1, width=found.width)
    indented = f"{' ' * (query.at.column - 1)}{line}"
    column = query.at.column + found.column - 1
    return Location(query.at.file, query.at.line + found.line - 1, column, found.width, indented)
