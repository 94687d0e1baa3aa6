"""Grain: what does one row of a SELECT stand for, as far as its text alone can tell?

The columns that it groups by, or that DISTINCT tells apart; or each row of what it reads. What joins, unions or picks
rows some other way may give as many rows or more, and is not judged.
"""

from sqlglot import exp

from meshwright.model.diagnostic import Diagnostic
from meshwright.model.product import Transform
from meshwright.model.value import value
from meshwright.sql.parse import parse
from meshwright.sql.text import SqlText

_OTHERWISE = (exp.Subquery, exp.CTE, exp.SetOperation, exp.Qualify, exp.Limit, exp.Join, exp.Unnest, exp.Lateral)
"""What may make more rows or fewer without a word about groups."""


@value
class Grain:
    """What tells rows apart: the `columns` of the result; None: each row that is read makes one."""

    columns: frozenset[str] | None

    @property
    def text(self) -> str:
        """What a row is, in words."""
        if self.columns is None:
            return "one for each row that is read"
        return f"one for each {' and '.join(sorted(self.columns))}" if self.columns else "one in all"


def grain(transform: Transform) -> Grain | None:
    """Return what a row of a SELECT stands for; None where its text does not tell."""
    tree = parse(SqlText(transform.sql, transform.dialect, transform.file))
    if isinstance(tree, Diagnostic) or not isinstance(tree, exp.Select):
        return None
    group, distinct = tree.args.get("group"), tree.args.get("distinct")
    if distinct is not None:
        return None if group is not None or distinct.args.get("on") else _named([s.alias_or_name for s in tree.selects])
    if group is not None:
        return _grouped(tree, group)
    if any(_aggregates(item) for item in tree.selects):
        return Grain(frozenset())
    return None if tree.find(*_OTHERWISE) else Grain(None)


def _grouped(select: exp.Select, group: exp.Group) -> Grain | None:
    kinds = (exp.Rollup, exp.Cube, exp.GroupingSets)
    if group.args.get("all") or group.find(*kinds) is not None:
        return None  # rows of several kinds; ALL is whatever is not aggregated
    names = {item.alias_or_name: item.unalias() for item in select.selects}
    return Grain(frozenset(_name(key, names) for key in group.expressions))


def _name(key: exp.Expr, names: dict[str, exp.Expr]) -> str:
    """Return the result's column that a key of GROUP BY is, in lower case; else how it is written."""
    if isinstance(key, exp.Literal) and key.is_int and 1 <= int(key.name) <= len(names):
        return [*names][int(key.name) - 1].lower()
    if isinstance(key, exp.Column):
        known = {name.lower() for name, item in names.items() if item == key or name.lower() == key.name.lower()}
        return min(known, default=key.name.lower())
    written = (name for name, item in names.items() if item == key)
    return next(written, key.sql()).lower()


def _named(names: list[str]) -> Grain | None:
    return Grain(frozenset(name.lower() for name in names)) if all(names) and "*" not in names else None


def _aggregates(item: exp.Expr) -> bool:
    """Tell whether an item of a SELECT aggregates: not over a window, nor within a query of its own."""
    parts = item.walk(prune=lambda node: isinstance(node, exp.Query | exp.Window))
    return any(isinstance(part, exp.AggFunc) for part in parts)
