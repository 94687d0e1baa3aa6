"""Columns: which names of a qualified SELECT does no table have, or several of them?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlglot import exp
from sqlglot.optimizer.resolver import Resolver
from sqlglot.optimizer.scope import Scope, find_all_in_scope
from sqlglot.schema import MappingSchema

from meshwright.model.diagnostic import Diagnostic
from meshwright.model.spelling import did_you_mean
from meshwright.sql.codes import Code, error
from meshwright.sql.places import place_of
from meshwright.sql.text import SqlText

USING = "meshwright_using"
"""Under this name a join's `meta` holds the columns of a USING that was taken out of it."""


@dataclass(slots=True)
class _Seen:
    """One column reference, and what the scopes that could own it have to offer."""

    column: exp.Column
    owners: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    offered: set[str] = field(default_factory=set)
    tables: set[str] = field(default_factory=set)


def unowned(text: SqlText, scopes: list[Scope], schema: MappingSchema) -> Iterator[Diagnostic]:
    """Yield the columns that nobody has, or that several have."""
    found: set[int] = set()
    seen: dict[int, _Seen] = {}
    for scope in scopes:
        if isinstance(scope.expression, exp.SetOperation):
            continue  # its own columns are those it makes, in ORDER BY
        resolver = Resolver(scope, schema)
        sources = {name: frozenset(resolver.get_source_columns(name)) for name in _visible(scope)}
        for column in (*scope.columns, *_late(scope)):
            if column.name in sources.get(column.table, ()):
                found.add(id(column))
            else:
                _look(seen.setdefault(id(column), _Seen(column)), sources)
    for one in seen.values():
        problem = None if id(one.column) in found else _verdict(text, one)
        if problem is not None:
            yield problem


def _late(scope: Scope) -> Iterator[exp.Column]:
    """Yield the columns that sqlglot leaves alone when it cannot resolve them: those of HAVING and QUALIFY."""
    clauses = [scope.expression.args[key] for key in ("having", "qualify") if scope.expression.args.get(key)]
    made = {item.alias_or_name for item in getattr(scope.expression, "selects", ())} if clauses else set()
    for clause in clauses:
        for column in find_all_in_scope(clause, exp.Column):
            if not column.table and column.name not in made:
                yield column


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


def unshared(text: SqlText, scopes: list[Scope], schema: MappingSchema) -> Iterator[Diagnostic]:
    """Yield the columns of USING that a side of their join does not have."""
    for scope in scopes:
        resolver = Resolver(scope, schema)
        for join in scope.find_all(exp.Join):
            table = join.this.alias_or_name
            offered = tuple(resolver.get_source_columns(table)) if table in scope.sources else ()
            for column in join.meta.get(USING) or ():
                if offered and "*" not in offered and column.name not in offered:
                    hint = did_you_mean(column.name, offered)
                    yield text.problem(Code.UNKNOWN_COLUMN, f"`{table}` has no column `{column.name}`", column, hint)
