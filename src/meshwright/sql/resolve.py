"""Resolve: which input's column is meant by each name in a SELECT?

sqlglot qualifies the tree: tables get aliases, stars are written out, every column its table. What it could not
resolve is said here, all of it, at its place.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from sqlglot import exp
from sqlglot.errors import OptimizeError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify_columns import qualify_columns
from sqlglot.optimizer.qualify_tables import qualify_tables
from sqlglot.optimizer.scope import Scope, traverse_scope
from sqlglot.schema import MappingSchema

from meshwright.model.contract import Column, LogicalType
from meshwright.model.diagnostic import Diagnostic
from meshwright.model.value import value
from meshwright.sql.codes import Code
from meshwright.sql.columns import USING, unowned, unshared
from meshwright.sql.parse import TRIPS
from meshwright.sql.places import remember
from meshwright.sql.text import SqlText
from meshwright.sql.types import declared

Schemas = Mapping[str, tuple[Column, ...]]
"""The declared columns of each input, by the name that SQL spells; none where nothing is declared."""


@value
class Resolved:
    """A qualified tree, its scopes (inner ones first), what could not be resolved, and the schema that it reads."""

    tree: exp.Query
    scopes: list[Scope]
    diagnostics: tuple[Diagnostic, ...]
    schema: MappingSchema

    def typed(self, text: SqlText) -> exp.Query | Diagnostic:
        """Return the tree with its types, as far as it was resolved; or that it makes no sense."""
        if not self.scopes:
            return self.tree
        try:
            return annotate_types(self.tree, schema=self.schema, dialect=self.schema.dialect)
        except TRIPS as error:
            return misunderstood(text, self.tree, error)


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


def resolve(text: SqlText, tree: exp.Query, schemas: Schemas, again: Callable[[], exp.Query] | None = None) -> Resolved:
    """Qualify a tree of normalized names, in place, over the schemas of its inputs.

    Where a column for USING is missing, sqlglot stops halfway; what can still be asked is asked of the tree that
    `again` gives, the same as it was.
    """
    schema = _schema(text, schemas)
    remember(tree)
    guesses = () if all(schemas.values()) else tuple(_guesses(text, traverse_scope(tree), schemas))
    if guesses:
        return Resolved(tree, [], guesses, schema)
    try:
        qualified = _qualified(text, tree, schema)
    except (OptimizeError, *TRIPS) as error:
        found = (again and _unjoined(text, again(), schema)) or (misunderstood(text, tree, error),)
        return Resolved(tree, [], tuple(found), schema)
    scopes = traverse_scope(qualified)
    diagnostics = (*_stars(text, scopes), *_branches(text, scopes), *unowned(text, scopes, schema))
    return Resolved(qualified, scopes, diagnostics, schema)


def misunderstood(text: SqlText, tree: exp.Query, error: Exception) -> Diagnostic:
    """Return the diagnostic of a tree that sqlglot cannot get to the bottom of."""
    said = f": {str(error).removesuffix('.')}" if isinstance(error, OptimizeError) else ""
    hint = "write `table.column`, declare the columns of every input, and look at the arguments of functions"
    return text.problem(Code.UNRESOLVED, f"this cannot be understood{said}", tree, hint)


def _qualified(text: SqlText, tree: exp.Query, schema: MappingSchema) -> exp.Query:
    """Do what sqlglot's `qualify` does, but for normalizing the names again."""
    return qualify_columns(qualify_tables(tree, dialect=text.dialect), schema=schema, allow_partial_qualification=True)


def _unjoined(text: SqlText, tree: exp.Query, schema: MappingSchema) -> list[Diagnostic]:
    """Say which columns nobody has in a tree whose joins are left open, or which of USING a side does not have."""
    for join in tree.find_all(exp.Join):
        join.meta[USING] = join.args.get("using") or []
        join.set("using", None)
    try:
        scopes = traverse_scope(_qualified(text, tree, schema))
        unknown = [d for d in unowned(text, scopes, schema) if d.code == Code.UNKNOWN_COLUMN]
        return unknown or list(unshared(text, scopes, schema))
    except (OptimizeError, *TRIPS):
        return []  # it is not USING that keeps it from being understood


def _schema(text: SqlText, schemas: Schemas) -> _Inputs:
    types = {logical: declared(logical) for logical in LogicalType}
    tables = {name: {c.name.lower(): types[c.type] for c in columns} for name, columns in schemas.items() if columns}
    return _Inputs({**tables}, dialect=text.dialect, normalize=False)


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
