"""Grouping: is what a SELECT makes one row of either grouped by or aggregated, and does each clause hold what it may?

BigQuery's and DuckDB's rules, which agree, over a resolved tree: aliases and positions in GROUP BY are written
out. What cannot be known is not blamed: a function that sqlglot does not know may well be an aggregate.
"""

from collections.abc import Iterator
from typing import TypeVar

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

from meshwright.model.diagnostic import Diagnostic
from meshwright.sql.codes import Code, error
from meshwright.sql.places import place_of
from meshwright.sql.text import SqlText

E = TypeVar("E", bound=exp.Expr)

_CLAUSES = {"where": "WHERE", "group": "GROUP BY", "joins": "JOIN"}
"""The clauses that are done before there are groups."""

_GROUPING = (exp.AggFunc, exp.Window, exp.Group, exp.Having, exp.Qualify)
"""Without any of these a SELECT makes a row of each row."""

_WRAPPED = (exp.IgnoreNulls, exp.RespectNulls, exp.Filter, exp.WithinGroup)
"""What may stand around an aggregate, or between a window and its function."""


def positions(text: SqlText, tree: exp.Query) -> Iterator[Diagnostic]:
    """Yield the positions in GROUP BY and ORDER BY of a tree, as it was parsed, that no column has."""
    for select in tree.find_all(exp.Select):
        if any(item.is_star for item in select.selects):
            continue
        for clause in ("group", "order"):
            for item in getattr(select.args.get(clause), "expressions", ()):
                number = item.this if isinstance(item, exp.Ordered) else item
                if (
                    isinstance(number, exp.Literal)
                    and number.is_int
                    and not 1 <= int(number.name) <= len(select.selects)
                ):
                    message = f"there is no column {number.name}: the SELECT has {len(select.selects)}"
                    yield text.problem(Code.GROUPING, message, item, "name the column instead")


def misgroupings(text: SqlText, scopes: list[Scope]) -> tuple[Diagnostic, ...]:
    """Return every mistake of grouping in a resolved SELECT."""
    found: dict[Diagnostic, None] = {}
    for scope in scopes:
        select = scope.expression
        if isinstance(select, exp.Select) and next(_own(_GROUPING, *select.iter_expressions()), None) is not None:
            found |= dict.fromkeys(_of_select(text, scope, select))
    return tuple(found)


def _of_select(text: SqlText, scope: Scope, select: exp.Select) -> Iterator[Diagnostic]:
    yield from _too_early(text, select)
    for call in _aggregates(*select.iter_expressions()):
        inner = next((c for c in _aggregates(*call.iter_expressions())), None)
        if inner is not None:
            hint = "aggregate in a CTE first, then aggregate its rows"
            yield text.problem(Code.GROUPING, "an aggregate cannot be made of aggregates", inner, hint)
    qualify = select.args.get("qualify")
    if qualify is not None and not any(True for _ in _own(exp.Window, qualify, *select.selects)):
        hint = "write the window function into it, or use WHERE or HAVING"
        yield text.problem(Code.GROUPING, "QUALIFY is for window functions, and there is none", qualify, hint)
    if _is_grouped(select) and not (select.args.get("group") and select.args["group"].args.get("all")):
        yield from _loose_columns(text, scope, select)


def _too_early(text: SqlText, select: exp.Select) -> Iterator[Diagnostic]:
    """Yield what stands in a clause that is done before it could be known."""
    for key, clause in _CLAUSES.items():
        given = select.args.get(key) or []
        parts = given if isinstance(given, list) else [given]
        hint = "filter the groups with HAVING" if key == "where" else "aggregate in a CTE first"
        for call in _aggregates(*parts):
            yield text.problem(Code.GROUPING, f"{clause} cannot hold an aggregate: there are no groups yet", call, hint)
        yield from _windows(text, clause, *parts)
    having = select.args.get("having")
    yield from _windows(text, "HAVING", *([having] if having else []))


def _windows(text: SqlText, clause: str, *parts: exp.Expr) -> Iterator[Diagnostic]:
    for window in _own(exp.Window, *parts):
        hint = "filter by it with QUALIFY" if clause in ("WHERE", "HAVING") else "compute it in a CTE first"
        yield text.problem(Code.GROUPING, f"{clause} cannot hold a window function", window, hint)


def _loose_columns(text: SqlText, scope: Scope, select: exp.Select) -> Iterator[Diagnostic]:
    keys = _keys(select)
    clauses = [select.args[key] for key in ("having", "qualify", "order") if select.args.get(key)]
    for part in (*select.selects, *clauses):
        for column in _loose(part, keys, frozenset(scope.selected_sources)):
            message = f"`{column.name}` is neither grouped by nor aggregated"
            hint = f"add it to GROUP BY, or say which one: `max({column.name})`, `any_value({column.name})`"
            yield error(Code.GROUPING, message, place_of(text, column), hint)


def _loose(node: exp.Expr, keys: frozenset[exp.Expr], tables: frozenset[str]) -> Iterator[exp.Column]:
    """Yield the columns of a node that differ within a group."""
    if node in keys or isinstance(node, exp.Query) or _may_aggregate(node):
        return
    if isinstance(node, exp.Column):
        if node.table in tables:
            yield node
        return
    for part in node.iter_expressions():
        yield from _loose(part, keys, tables)


def _keys(select: exp.Select) -> frozenset[exp.Expr]:
    """Return what a SELECT is grouped by. BigQuery keeps some aliases and positions, which mean what they stand for."""
    group = select.args.get("group")
    made = {item.alias_or_name: item.unalias() for item in select.selects}
    found: set[exp.Expr] = set()
    for key in _parts(group) if group else ():
        if isinstance(key, exp.Column) and not key.table and key.name in made:
            found.add(made[key.name])
        elif isinstance(key, exp.Literal) and key.is_int:
            found.add(select.selects[int(key.name) - 1].unalias())
        else:
            found.add(_unshadowed(key))
    return frozenset(found)


def _unshadowed(key: exp.Expr) -> exp.Expr:
    """Return a key as SELECT items spell it: sqlglot marks its columns where an alias has the name of their table."""
    if not any(column.args.get("shadow") for column in key.find_all(exp.Column)):
        return key
    plain = key.copy()
    for column in plain.find_all(exp.Column):
        column.set("shadow", None)
    return plain


def _parts(node: exp.Expr) -> Iterator[exp.Expr]:
    """Yield the keys of a GROUP BY, within whatever sets they are written."""
    for part in node.iter_expressions():
        if isinstance(part, exp.Cube | exp.Rollup | exp.GroupingSets | exp.Tuple | exp.Paren):
            yield from _parts(part)
        else:
            yield part


def _is_grouped(select: exp.Select) -> bool:
    if select.args.get("group") or select.args.get("having"):
        return True
    clauses = [select.args[key] for key in ("qualify", "order") if select.args.get(key)]
    return any(True for _ in _aggregates(*select.selects, *clauses))


def _aggregates(*nodes: exp.Expr) -> Iterator[exp.AggFunc]:
    """Yield the aggregates of groups in some nodes: not those over windows, nor those of subqueries."""
    return (call for call in _own(exp.AggFunc, *nodes) if not _is_windowed(call))


def _own(kind: type[E] | tuple[type[E], ...], *nodes: exp.Expr) -> Iterator[E]:
    """Yield the nodes of a kind that belong to this SELECT itself."""
    for node in nodes:
        for part in node.walk(prune=lambda n: isinstance(n, exp.Query)):
            if isinstance(part, kind):
                yield part


def _may_aggregate(node: exp.Expr) -> bool:
    if isinstance(node, exp.Anonymous | exp.List):
        return True
    call = node
    while isinstance(call, _WRAPPED):
        call = call.this
    return isinstance(call, exp.AggFunc) and not _is_windowed(call)


def _is_windowed(call: exp.Expr) -> bool:
    parent = call.parent
    while isinstance(parent, _WRAPPED):
        call, parent = parent, parent.parent
    return isinstance(parent, exp.Window) and parent.this is call
