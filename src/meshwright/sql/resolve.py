"""Resolve: which input's column is meant by each name in a SELECT?

sqlglot qualifies the tree: tables get aliases, stars are written out, every column its table. What it could not
resolve is said here, all of it, at its place. Nodes that qualification makes (a star written out, the two sides of
`USING`) have no place of their own; `_remember` notes beforehand whose place they take.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from sqlglot import exp
from sqlglot.errors import OptimizeError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify_columns import qualify_columns
from sqlglot.optimizer.qualify_tables import qualify_tables
from sqlglot.optimizer.resolver import Resolver
from sqlglot.optimizer.scope import Scope, traverse_scope
from sqlglot.schema import MappingSchema

from meshwright.model.contract import Column, LogicalType
from meshwright.model.diagnostic import Diagnostic, Location
from meshwright.model.spelling import did_you_mean
from meshwright.sql.codes import Code, error
from meshwright.sql.text import SqlText, span
from meshwright.sql.types import declared

_PLACES = "meshwright_places"

Schemas = Mapping[str, tuple[Column, ...]]
"""The declared columns of each input, by the name that SQL spells; none where nothing is declared."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A qualified tree, its scopes (inner ones first), what could not be resolved, and the schema that it reads."""

    tree: exp.Query
    scopes: list[Scope]
    diagnostics: tuple[Diagnostic, ...]
    schema: MappingSchema

    def typed(self) -> exp.Query:
        """Return the tree with its types."""
        return annotate_types(self.tree, schema=self.schema, dialect=self.schema.dialect)


class _Inputs(MappingSchema):
    """The schema of the inputs. Names are compared as they stand: all of them are normalized already.

    sqlglot would normalize them again at every look, and needs as long for that as for all the rest.
    """

    def column_names(self, table: exp.Table | str, *_: object, **__: object) -> list[str]:
        """Return the columns of a table."""
        return list(self._columns(table))

    def get_column_type(
        self, table: exp.Table | str, column: exp.Column | str, *_: object, **__: object
    ) -> exp.DataType:
        """Return the type of a column."""
        name = column if isinstance(column, str) else column.name
        return self._columns(table).get(name) or exp.DType.UNKNOWN.into_expr()

    def _columns(self, table: exp.Table | str) -> Mapping[str, exp.DataType]:
        found: Any = self.mapping.get(table if isinstance(table, str) else table.name, {})
        return cast("Mapping[str, exp.DataType]", found)


def resolve(text: SqlText, tree: exp.Query, schemas: Schemas) -> Resolved:
    """Qualify a tree of normalized names, in place, over the schemas of its inputs."""
    schema = _schema(text, schemas)
    _remember(tree)
    guesses = () if all(schemas.values()) else tuple(_guesses(text, traverse_scope(tree), schemas))
    if guesses:
        return Resolved(tree, [], guesses, schema)
    try:
        # What sqlglot's `qualify` does, but for normalizing the names again.
        qualified = qualify_columns(
            qualify_tables(tree, dialect=text.dialect), schema=schema, allow_partial_qualification=True
        )
    except OptimizeError as error:
        said = str(error).removesuffix(".")
        hint = "write `table.column`, or declare the columns of every input"
        problem = text.problem(Code.UNRESOLVED, f"this cannot be understood: {said}", tree, hint)
        return Resolved(tree, [], (problem,), schema)
    scopes = traverse_scope(qualified)
    found = [*_stars(text, scopes), *_branches(text, scopes), *_columns(text, scopes, schema)]
    return Resolved(qualified, scopes, tuple(found), schema)


def _schema(text: SqlText, schemas: Schemas) -> _Inputs:
    types = {logical: declared(logical) for logical in LogicalType}
    tables = {name: {c.name.lower(): types[c.type] for c in columns} for name, columns in schemas.items() if columns}
    return _Inputs({**tables}, dialect=text.dialect, normalize=False)


def place_of(text: SqlText, column: exp.Column) -> Location:
    """Return where a column of a resolved tree was written: itself, the star, or the USING that it came from."""
    own = column.this.meta_get("start")
    if own is not None:
        return text.place(own, column.this.meta_get("end"))
    node: exp.Expr | None = column
    while node is not None:
        places = node.meta_get(_PLACES) or {}
        found = places.get(column.name) or places.get(column.table) or places.get("")
        if found:
            return text.place(*found)
        node = node.parent
    return text.at(column)


def _remember(tree: exp.Query) -> None:
    for node in tree.find_all(exp.Join, exp.Select):
        match node:
            case exp.Join() if node.args.get("using"):
                node.meta[_PLACES] = {i.name.lower(): span(i) for i in node.args["using"]}
            case exp.Select() if stars := [s for s in node.expressions if s.is_star]:
                node.meta[_PLACES] = {getattr(s, "table", ""): span(s) for s in stars}


def _guesses(text: SqlText, scopes: list[Scope], schemas: Schemas) -> Iterator[Diagnostic]:
    """Yield the names in a subquery that may be of an undeclared input there, or of a table around it."""
    for scope in scopes:
        tables = [s for s in scope.sources.values() if isinstance(s, exp.Table)]
        unknown = next((t.alias_or_name for t in tables if not schemas[t.name]), None)
        if unknown is None or not scope.can_be_correlated:
            continue
        known = {c.name.lower() for t in tables for c in schemas[t.name]}
        for column in scope.unqualified_columns:
            if column.name.lower() not in known:
                message = (
                    f"`{column.name}` may be of `{unknown}`, whose columns nobody declared, or of a table around it"
                )
                yield text.problem(
                    Code.AMBIGUOUS_COLUMN, message, column, f"write `{unknown}.{column.name}`, or whose it is"
                )


def _branches(text: SqlText, scopes: list[Scope]) -> Iterator[Diagnostic]:
    """Yield the set operations that no engine can put together."""
    for scope in scopes:
        if isinstance(scope.expression, exp.SetOperation) and not scope.expression.args.get("by_name"):
            selects = [getattr(s.expression, "selects", []) for s in scope.set_operation_scopes]
            counts = sorted({len(s) for s in selects if not any(item.is_star for item in s)})
            if len(counts) > 1:
                message = (
                    f"the branches of this {scope.expression.key.upper()} have {counts[0]} and {counts[-1]} columns"
                )
                yield text.problem(Code.BRANCHES, message, selects[-1][0], "give all branches the same columns")


def _stars(text: SqlText, scopes: list[Scope]) -> Iterator[Diagnostic]:
    """Yield the stars that nobody can write out. A star over such a star is not blamed again."""
    for scope in scopes:
        select = scope.expression
        if not isinstance(select, exp.Select):
            continue
        for star in (s for s in select.expressions if s.is_star):
            sources = [s for s in scope.sources.values() if isinstance(s, exp.Table)]
            if sources:
                names = ", ".join(f"`{t.name}`" for t in sources)
                hint = "name the columns, or declare them under the input port's `contract`"
                yield text.problem(Code.STAR, f"`*` over {names}: nobody declared its columns", star, hint)
            elif not any(_has_star(s) for s in scope.sources.values()):
                yield text.problem(Code.NAME, "`*` would give two columns the same name", star, "name the columns")


def _has_star(source: exp.Expr | Scope) -> bool:
    return isinstance(source, Scope) and any(s.is_star for s in getattr(source.expression, "selects", ()))


@dataclass(slots=True)
class _Seen:
    """One column reference, and what the scopes that could own it have to offer."""

    column: exp.Column
    owners: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    offered: set[str] = field(default_factory=set)
    tables: set[str] = field(default_factory=set)


def _columns(text: SqlText, scopes: list[Scope], schema: MappingSchema) -> Iterator[Diagnostic]:
    """Yield the columns that nobody has, or that several have."""
    found: set[int] = set()
    seen: dict[int, _Seen] = {}
    for scope in scopes:
        if isinstance(scope.expression, exp.SetOperation):
            continue  # its own columns are those it makes, in ORDER BY
        resolver = Resolver(scope, schema)
        sources = {name: frozenset(resolver.get_source_columns(name)) for name in _visible(scope)}
        for column in scope.columns:
            if column.name in sources.get(column.table, ()):
                found.add(id(column))
            else:
                _look(seen.setdefault(id(column), _Seen(column)), sources)
    for one in seen.values():
        problem = None if id(one.column) in found else _verdict(text, one)
        if problem is not None:
            yield problem


def _visible(scope: Scope) -> list[str]:
    """Return the names that a column of this scope may be qualified by."""
    names = (*scope.selected_sources, *scope.lateral_sources, *scope.semi_or_anti_join_tables)
    return [name for name in dict.fromkeys(names) if name in scope.sources]


def _look(one: _Seen, sources: Mapping[str, frozenset[str]]) -> None:
    wanted = one.column.table
    one.tables |= set(sources)
    for name, columns in sources.items():
        if wanted and wanted != name:
            continue
        if not columns or "*" in columns:
            one.unknown.append(name)
        elif one.column.name in columns:
            one.owners.append(name)
        one.offered |= columns


def _verdict(text: SqlText, one: _Seen) -> Diagnostic | None:
    column, name = one.column, one.column.name
    if column.table:
        return _qualified(text, one)
    candidates = [*one.owners, *one.unknown]
    if len(candidates) > 1:
        tables = " and ".join(f"`{c}`" for c in candidates)
        hint = f"write `{candidates[0]}.{name}`"
        verb = "have" if not one.unknown else "may have"
        return text.problem(Code.AMBIGUOUS_COLUMN, f"`{name}` is ambiguous: {tables} {verb} it", column, hint)
    if not candidates:
        return text.problem(
            Code.UNKNOWN_COLUMN, f"there is no column `{name}`", column, did_you_mean(name, one.offered)
        )
    column.set("table", exp.to_identifier(candidates[0]))
    return None


def _qualified(text: SqlText, one: _Seen) -> Diagnostic | None:
    column, table = one.column, one.column.table
    if one.owners or one.unknown:
        return None
    if table not in one.tables:
        named = column.args["table"]
        return text.problem(
            Code.UNKNOWN_ALIAS, f"there is no table `{table}` here", named, did_you_mean(table, one.tables)
        )
    hint = did_you_mean(column.name, one.offered)
    return error(Code.UNKNOWN_COLUMN, f"`{table}` has no column `{column.name}`", place_of(text, column), hint)
