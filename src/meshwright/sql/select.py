"""Select: what does one SELECT read, what does it make, and what is wrong with it? Brings sqlglot."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import cast

from sqlglot import exp
from sqlglot.optimizer.normalize_identifiers import normalize_identifiers
from sqlglot.optimizer.scope import Scope, traverse_scope

from meshwright.model.analysis import Analysis, ColumnRead, OutputColumn
from meshwright.model.contract import Column, Contract
from meshwright.model.diagnostic import Diagnostic, Location, Severity
from meshwright.model.naming import sql_name
from meshwright.model.product import DataProduct, Transform
from meshwright.sql import dialect, fit, grouping, guard, operands
from meshwright.sql.codes import Code
from meshwright.sql.lineage import column_lineage
from meshwright.sql.names import dotted, rename
from meshwright.sql.nullable import nullable
from meshwright.sql.parse import parse
from meshwright.sql.places import place_of
from meshwright.sql.resolve import Resolved, Schemas, resolve
from meshwright.sql.size import too_deep
from meshwright.sql.text import SqlText, written
from meshwright.sql.types import inferred

_UNREADABLE = (Code.UNDECLARED_TABLE, Code.HIDDEN_SOURCE, Code.FOREIGN_TABLE, Code.UNRESOLVED, Code.GROUPING)
"""What makes it pointless to ask whose column is meant."""

_UNCERTAIN = (Code.AMBIGUOUS_COLUMN, Code.STAR, Code.UNRESOLVED, Code.DIALECT, Code.TYPE, Code.OPERANDS, Code.NULLABLE)
"""What can only be said when the columns of all inputs are known."""

_BESIDE = (Code.DIALECT, Code.GROUPING, Code.OPERANDS)
"""What a SELECT makes is held against the contract all the same."""


def understood(
    product: DataProduct, contract: Contract, transform: Transform, schemas: Mapping[str, tuple[Column, ...]]
) -> Analysis:
    """Understand a SELECT that makes a table of this contract; `schemas` are those of `analyse`."""
    text = SqlText(transform.sql, transform.dialect, transform.file)
    tree = parse(text)
    if isinstance(tree, Diagnostic):
        return _failed(tree)
    names = _names(product, schemas, tree)
    known = {name.lower(): columns for name, columns in schemas.items()}
    ports = {i.name for i in product.inputs if i.port is not None}
    promised = frozenset(name for name, spelled in names.items() if spelled.partition(".")[0] in ports)
    analyser = _Analyser(text, contract, names, {name: known.get(name, ()) for name in names}, promised)
    try:
        analysis = analyser.analysis(tree)
    except RecursionError:
        return _failed(too_deep(text))
    if names.keys() <= known.keys():
        return analysis
    return replace(analysis, diagnostics=tuple(d for d in analysis.diagnostics if d.code not in _UNCERTAIN))


def _names(product: DataProduct, schemas: Mapping[str, tuple[Column, ...]], tree: exp.Query) -> dict[str, str]:
    """Return the names of all that may be read, as SQL compares them → as manifests spell them."""
    inputs = {sql_name(i.name): i.name for i in product.inputs}
    heads = {name: name.partition(".")[0] for name in schemas}
    found = {name.lower(): inputs[head] + name[len(head) :] for name, head in heads.items() if head in inputs}
    for unknown in inputs.keys() - set(heads.values()):
        found[unknown] = inputs[unknown]
        named = (t for t in tree.find_all(exp.Table) if t.db.lower() == unknown and not t.catalog)
        found.update({f"{unknown}.{t.name}".lower(): f"{inputs[unknown]}.{t.name}" for t in named})
    return found


def _failed(*diagnostics: Diagnostic) -> Analysis:
    return Analysis((), (), (), (), diagnostics)


def _normalized(text: SqlText, tree: exp.Query) -> exp.Query:
    return normalize_identifiers(tree, dialect=text.dialect, store_original_column_identifiers=True)


def _rename(tree: exp.Query, scopes: list[Scope]) -> None:
    rename(tree, [(table, dotted(table).lower()) for table in guard.tables(scopes) if table.db])


def _again(text: SqlText) -> exp.Query:
    """Return the tree of a text that could be read, ready to be resolved."""
    tree = _normalized(text, cast("exp.Query", parse(text)))
    _rename(tree, traverse_scope(tree))
    return tree


class _Analyser:
    """The steps for one text; each goes on only where the one before left something to go on with."""

    def __init__(
        self, text: SqlText, contract: Contract, names: Mapping[str, str], schemas: Schemas, promised: frozenset[str]
    ) -> None:
        self.text, self.contract, self.names, self.schemas = text, contract, names, schemas
        self.promised = promised
        """Those that another product's contract promises: of a source, who does not say `required` knows no better."""
        self._spellings: dict[str, dict[str, str]] = {}

    def analysis(self, tree: exp.Query) -> Analysis:
        """Guard, resolve, trace, compare."""
        text = self.text
        found = [*guard.unbound(text), *guard.templates(text), *guard.hidden_sources(text, tree)]
        found += [*_unnamed(text, tree), *grouping.positions(text, tree)]
        tree = _normalized(text, tree)
        scopes = guard.scopes_of(text, tree)
        if isinstance(scopes, Diagnostic):
            return _failed(*found, scopes)
        tables = guard.undeclared(text, scopes, self.names)
        found += [*tables.diagnostics, *guard.taken_for_columns(text, tree, self.names)]
        parameters = guard.parameters(tree)
        inputs = tuple(sorted(self.names[t] for t in tables.read))
        if any(d.code in _UNREADABLE for d in found):
            return Analysis(inputs, (), (), parameters, tuple(found))
        _rename(tree, scopes)
        resolved = resolve(text, tree, {t: self.schemas[t] for t in tables.read}, partial(_again, text))
        typed = resolved.typed(text)
        found += resolved.diagnostics
        if isinstance(typed, Diagnostic) or not resolved.scopes:
            found += (typed,) if isinstance(typed, Diagnostic) else dialect.differences(text, typed)
            return Analysis(inputs, (), (), parameters, tuple(found))
        found += [*dialect.differences(text, typed), *grouping.misgroupings(text, resolved.scopes)]
        found += operands.mismatches(text, typed)
        columns = self._columns(resolved)
        if not any(d.severity is Severity.ERROR and d.code not in _BESIDE for d in found):
            places = tuple(self._place(item) for item in resolved.tree.selects)
            found += fit.misfits(text, self.contract, columns, places)
            why = nullable(resolved.scopes[-1], {t: c for t, c in self.schemas.items() if t in self.promised})
            found += fit.empty(self.contract, columns, places, why)
        return Analysis(inputs, self._reads(resolved.scopes), columns, parameters, tuple(found))

    def _columns(self, resolved: Resolved) -> tuple[OutputColumn, ...]:
        spelling = {c.name.lower(): c.name for c in self.contract.columns}
        made = zip(resolved.tree.selects, column_lineage(resolved.scopes[-1]), strict=True)
        return tuple(
            OutputColumn(
                spelling.get(item.alias_or_name.lower(), item.alias_or_name),
                inferred(item),
                tuple(sorted((self.names[table], self._spelled(table, name)) for table, name in sources)),
            )
            for item, sources in made
            if not item.is_star
        )

    def _reads(self, scopes: list[Scope]) -> tuple[ColumnRead, ...]:
        """Return each read once, in order: by plain values, which are compared faster than ours."""
        found = ((read, read.at.line, read.at.column) for read in self._every_read(scopes))
        once = {(read.input, read.column, line, column): read for read, line, column in found}
        return tuple(once[key] for key in sorted(once))

    def _every_read(self, scopes: list[Scope]) -> Iterator[ColumnRead]:
        for scope in scopes:
            for column in scope.columns:
                source = scope.sources.get(column.table)
                if isinstance(source, exp.Table) and source.name in self.names:
                    name = self._spelled(source.name, column.name)
                    yield ColumnRead(self.names[source.name], name, place_of(self.text, column))

    def _spelled(self, table: str, name: str) -> str:
        """Return a column's name as it was declared: SQL does not tell `A` from `a`, addresses do."""
        if table not in self._spellings:
            self._spellings[table] = {c.name.lower(): c.name for c in reversed(self.schemas[table])}
        return self._spellings[table].get(name.lower(), name)

    def _place(self, item: exp.Expr) -> Location:
        alias = item.args.get("alias")
        if isinstance(alias, exp.Identifier) and alias.meta_get("start") is not None:
            return self.text.at(alias)
        inner = item.unalias()
        column = inner if isinstance(inner, exp.Column) else None if written(item) else inner.find(exp.Column)
        return self.text.at(item) if column is None else place_of(self.text, column)


def _unnamed(text: SqlText, tree: exp.Query) -> Iterator[Diagnostic]:
    """Yield the expressions of the outermost SELECT, as it was parsed, that have no name of their own."""
    for number, item in enumerate(tree.selects, start=1):
        if not (item.is_star or item.alias or isinstance(item, exp.Column | exp.Dot)):
            message = f"column {number} of the SELECT has no name"
            yield text.problem(Code.NAME, message, item, f"write `{item.sql(text.dialect)} as …`")
