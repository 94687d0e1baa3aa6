"""Lineage: from which columns of which inputs do the values of each output column come?

One pass over the scopes of a resolved tree, each column of each scope once. Direct influence only: what a value is
made of, not what rows were filtered, joined or grouped by (those are reads).
"""

from collections.abc import Iterable

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, find_all_in_scope

Sources = frozenset[tuple[str, str]]
"""(table, column) pairs, as the resolved tree spells them."""

_NONE: Sources = frozenset()


def column_lineage(root: Scope) -> tuple[Sources, ...]:
    """Return the sources of each output column of a SELECT, in their order."""
    walk = _Walk()
    return tuple(walk.origin(root, index) for index in range(len(_selects(root))))


class _Walk:
    """The one pass: what was found is kept, what is being looked for is not looked for again (recursive CTEs)."""

    __slots__ = ("_active", "_found", "_names")

    def __init__(self) -> None:
        self._found: dict[tuple[int, int], Sources] = {}
        self._active: set[tuple[int, int]] = set()
        self._names: dict[int, dict[str, int]] = {}

    def origin(self, scope: Scope, index: int) -> Sources:
        """Return the sources of a scope's column, by its position."""
        key = (id(scope), index)
        if key not in self._found:
            if key in self._active:
                return _NONE
            self._active.add(key)
            self._found[key] = self._made_of(scope, index)
            self._active.discard(key)
        return self._found[key]

    def _made_of(self, scope: Scope, index: int) -> Sources:
        tree = scope.expression
        match tree:
            case exp.SetOperation() if tree.args.get("by_name"):
                name = tree.selects[index].alias_or_name
                return _union(self._named(branch, name) for branch in scope.set_operation_scopes)
            case exp.SetOperation():
                return _union(self.origin(branch, index) for branch in scope.set_operation_scopes)
            case exp.Subquery():
                return _union(self.origin(inner, index) for inner in scope.subquery_scopes)
            case exp.UDTF():
                return self._columns(scope, tree)
            case _:
                selects = _selects(scope)
                return self._columns(scope, selects[index]) if index < len(selects) else _NONE

    def _columns(self, scope: Scope, node: exp.Expr) -> Sources:
        inner = {id(s.expression): s for s in scope.subquery_scopes}
        found: set[tuple[str, str]] = set()
        for part in find_all_in_scope(node, exp.Column, exp.Query):
            if isinstance(part, exp.Column):
                found |= self._column(scope, part)
            elif id(part) in inner:  # a scalar subquery
                query = inner[id(part)]
                found |= _union(self.origin(query, index) for index in range(len(_selects(query))))
        return frozenset(found)

    def _column(self, scope: Scope, column: exp.Column) -> Sources:
        source = _source(scope, column.table)
        match source:
            case exp.Table():
                return frozenset({(source.name, column.name)})
            case Scope(expression=exp.UDTF()):
                return self.origin(source, 0)
            case Scope():
                return self._named(source, column.name)
            case _:
                return _NONE

    def _named(self, scope: Scope, name: str) -> Sources:
        names = self._names.get(id(scope))
        if names is None:
            # Of two columns with one name the first is meant, hence from the last to the first.
            names = {s.alias_or_name: i for i, s in reversed(list(enumerate(_selects(scope))))}
            self._names[id(scope)] = names
        return self.origin(scope, names[name]) if name in names else _NONE


def _selects(scope: Scope) -> list[exp.Expr]:
    query = scope.expression
    return query.selects if isinstance(query, exp.Query) else []


def _source(scope: Scope | None, table: str) -> exp.Table | Scope | None:
    """Find what a table's name means in a scope, or in the ones around it (correlated subqueries, UNNEST)."""
    while scope is not None:
        found = scope.sources.get(table)
        if found is not None:
            return found
        scope = scope.parent
    return None


def _union(parts: Iterable[Sources]) -> Sources:
    return _NONE.union(*parts)
