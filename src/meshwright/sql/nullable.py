"""Nullable: which output columns are empty in some rows, by the SQL's own words?

Only what is certain: NULL itself, and what comes as it is from the optional side of an outer join, or from a column
that its product's contract lets be empty. A condition that mentions the column, or the optional table, silences the
question.
"""

from collections.abc import Mapping

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

from meshwright.sql.resolve import Schemas


def nullable(root: Scope, schemas: Schemas) -> Mapping[int, str]:
    """Return why a column may be empty, by its position in the outermost SELECT; `schemas` are those of products."""
    found: dict[int, str] = {}
    for index, item in enumerate(getattr(root.expression, "selects", ())):
        why = "" if isinstance(root.expression, exp.SetOperation) else _why(root, item.unalias(), schemas, 0)
        if why:
            found[index] = why
    return found


_DEEP = 50
"""CTEs on top of each other, after which nobody looks further: a recursive one has no end."""


def _why(scope: Scope, value: exp.Expr, schemas: Schemas, depth: int) -> str:
    if isinstance(value, exp.Null) or (isinstance(value, exp.Cast) and isinstance(value.this, exp.Null)):
        return "it is NULL"
    if not isinstance(value, exp.Column) or _is_asked_for(scope, value):
        return ""
    if value.table in _optional(scope) and not _is_asked_for(scope, value, table=True):
        return f"an outer join leaves `{value.table}` empty where nothing matches"
    source = scope.sources.get(value.table)
    match source:
        case exp.Table():
            column = next((c for c in schemas.get(source.name, ()) if c.name.lower() == value.name.lower()), None)
            lax = column is not None and not (column.required or column.primary_key)
            return f"the contract of `{source.name}` lets `{value.name}` be empty" if lax else ""
        case Scope(expression=exp.Select() as select) if depth < _DEEP:
            inner = next((i for i in select.selects if i.alias_or_name == value.name), None)
            return "" if inner is None else _why(source, inner.unalias(), schemas, depth + 1)
    return ""


def _optional(scope: Scope) -> frozenset[str]:
    """Return the tables whose columns an outer join leaves empty."""
    select = scope.expression
    first = select.args.get("from_") or select.args.get("from")
    before = [first.this.alias_or_name] if first is not None else []
    found: set[str] = set()
    for join in select.args.get("joins") or ():
        name = join.this.alias_or_name
        if join.side in ("LEFT", "FULL"):
            found.add(name)
        if join.side in ("RIGHT", "FULL"):
            found.update(before)
        before.append(name)
    return frozenset(found)


def _is_asked_for(scope: Scope, column: exp.Column, *, table: bool = False) -> bool:
    """Tell whether a condition of this SELECT mentions a column, or any column of its table."""
    select = scope.expression
    inner = [j.args.get("on") for j in select.args.get("joins") or () if not j.side]
    conditions = [select.args.get("where"), select.args.get("having"), select.args.get("qualify"), *inner]
    return any(
        other.table == column.table and (table or other.name == column.name)
        for condition in conditions
        if condition is not None
        for other in condition.find_all(exp.Column)
    )
