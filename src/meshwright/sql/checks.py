"""Checks: how is an engine to be asked for what the SQL of a check measures?

Most of them count the rows of their own table for which something holds. Such a check needs no scan of its own: its
condition is measured with everything else that is asked of the table.
"""

from collections.abc import Collection

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect

from meshwright.model.product import Transform
from meshwright.sql.bind import BoundQuery, bind
from meshwright.sql.parse import parse
from meshwright.sql.text import SqlText

_PARTS = ("expressions", "from_", "where")
"""What a SELECT may consist of that only counts rows."""

_OF_SEVERAL_ROWS = (exp.Query, exp.AggFunc, exp.Window, exp.Unnest, exp.Star, exp.Subquery)


def bind_check(query: str, spoken: str, tables: Collection[str], dialect: str) -> tuple[BoundQuery, str | None]:
    """Return a check's query, which is in the dialect `spoken`, in the dialect of an engine; and its condition.

    `tables` are the names of the check's own table. The condition is None where the query asks for anything but a
    number of rows of that table.
    """
    bound = bind(Transform(query, spoken), dialect)
    tree = parse(SqlText(bound.sql, dialect, ""))
    return bound, _condition(tree, tables, dialect) if isinstance(tree, exp.Select) else None


def _condition(tree: exp.Select, tables: Collection[str], dialect: str) -> str | None:
    """Return the condition for the rows that a SELECT counts; columns are written without the name of their table."""
    if any(content for part, content in tree.args.items() if part not in _PARTS):
        return None
    table = tree.args["from_"].this if tree.args.get("from_") else None
    counted = tree.selects[0].unalias() if len(tree.selects) == 1 else None
    if not isinstance(table, exp.Table) or not _is_one_of(table, tables) or counted is None:
        return None
    where, counts = tree.args.get("where"), _counted(counted)
    if counts is None:
        return None
    conditions = [*([where.this] if where is not None else []), *counts]
    if not conditions or any(c.find(*_OF_SEVERAL_ROWS) for c in conditions):
        return None
    return _written(exp.and_(*conditions), table, dialect)


def _counted(counted: exp.Expr) -> tuple[exp.Expr, ...] | None:
    """Return what an aggregate asks of the rows that it counts; None where it does not count rows."""
    match counted:
        case exp.Count(expressions=[_, *_]):
            return None
        case exp.Count(this=exp.Star() | exp.Literal()):
            return ()
        case exp.CountIf(this=condition) if not isinstance(condition, exp.Distinct):
            return (condition,)
        case exp.Count(this=exp.Case() as case):  # as BigQuery's COUNTIF is written for DuckDB
            ifs = case.args["ifs"]
            return (ifs[0].this,) if len(ifs) == 1 and not (case.this or case.args.get("default")) else None
        case _:
            return None


def _is_one_of(table: exp.Table, tables: Collection[str]) -> bool:
    known = {name.lower() for name in tables}
    plain = not any(content for part, content in table.args.items() if part not in ("this", "alias"))
    return plain and table.name.lower() in known and not table.alias_column_names


def _written(condition: exp.Expr, table: exp.Table, dialect: str) -> str | None:
    called = table.alias_or_name.lower()
    for column in condition.find_all(exp.Column):
        parts = [part.name.lower() for part in column.parts]
        if len(parts) > 2 or (len(parts) == 2 and parts[0] != called):
            return None  # a field of a column, which is left to the engine
        column.set("table", None)
    return Dialect.get_or_raise(dialect).generate(condition, comments=False)
