"""Resolve: which input's column is meant by each name in a SELECT?

sqlglot qualifies the tree: tables get aliases, stars are written out, every column its table. What it could not
resolve is said here, all of it, at its place. Nodes that qualification makes (a star written out, the two sides of
`USING`) have no place of their own; `_remember` notes beforehand whose place they take.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlglot import exp
from sqlglot.errors import OptimizeError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.resolver import Resolver
from sqlglot.optimizer.scope import Scope, traverse_scope
from sqlglot.schema import MappingSchema

from meshwright.model.contract import Column
from meshwright.model.diagnostic import Diagnostic, Location
from meshwright.model.spelling import did_you_mean
from meshwright.sql.codes import Code
from meshwright.sql.text import SqlText, error, span
from meshwright.sql.types import declared

_PLACES = "meshwright_places"

Schemas = Mapping[str, tuple[Column, ...]]
"""The declared columns of each input, by the name that SQL spells; none where nothing is declared."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A qualified and annotated tree, its scopes (inner ones first) and what could not be resolved."""

    tree: exp.Query
    scopes: list[Scope]
    diagnostics: tuple[Diagnostic, ...]


def resolve(text: SqlText, tree: exp.Query, schemas: Schemas) -> Resolved:
    """Qualify a tree, in place, over the schemas of its inputs."""
    schema = MappingSchema(
        {name: {c.name: declared(c.type) for c in columns} for name, columns in schemas.items() if columns},
        dialect=text.dialect,
    )
    _remember(tree)
    guesses = tuple(_guesses(text, traverse_scope(tree), schemas))
    if guesses:
        return Resolved(tree, [], guesses)
    try:
        qualified = qualify(
            tree,
            schema=schema,
            dialect=text.dialect,
            identify=False,
            quote_identifiers=False,
            validate_qualify_columns=False,
            allow_partial_qualification=True,
        )
    except OptimizeError as error:
        said = str(error).removesuffix(".")
        hint = "write `table.column`, or declare the columns of every input"
        return Resolved(tree, [], (text.problem(Code.UNRESOLVED, f"this cannot be understood: {said}", tree, hint),))
    scopes = traverse_scope(qualified)
    found = [*_stars(text, scopes), *_branches(text, scopes), *_columns(text, scopes, schema)]
    return Resolved(annotate_types(qualified, schema=schema, dialect=text.dialect), scopes, tuple(found))


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
    for join in tree.find_all(exp.Join):
        if join.args.get("using"):
            join.meta[_PLACES] = {i.name.lower(): span(i) for i in join.args["using"]}
    for select in tree.find_all(exp.Select):
        stars = [s for s in select.expressions if s.is_star]
        if stars:
            select.meta[_PLACES] = {getattr(s, "table", ""): span(s) for s in stars}


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
    seen: dict[int, _Seen] = {}
    for scope in scopes:
        if isinstance(scope.expression, exp.SetOperation):
            continue  # its own columns are those it makes, in ORDER BY
        resolver = Resolver(scope, schema)
        sources = {name: tuple(resolver.get_source_columns(name)) for name in _visible(scope)}
        for column in scope.columns:
            _look(seen.setdefault(id(column), _Seen(column)), sources)
    for one in seen.values():
        problem = _verdict(text, one)
        if problem is not None:
            yield problem


def _visible(scope: Scope) -> list[str]:
    """Return the names that a column of this scope may be qualified by."""
    names = (*scope.selected_sources, *scope.lateral_sources, *scope.semi_or_anti_join_tables)
    return [name for name in dict.fromkeys(names) if name in scope.sources]


def _look(one: _Seen, sources: Mapping[str, tuple[str, ...]]) -> None:
    wanted = one.column.table
    one.tables |= set(sources)
    for name, columns in sources.items():
        if wanted and wanted != name:
            continue
        if not columns or "*" in columns:
            one.unknown.append(name)
        elif one.column.name in columns:
            one.owners.append(name)
        one.offered |= set(columns)


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
