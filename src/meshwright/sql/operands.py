"""Operands: can these values be compared, added up or asked as a question at all?

Only what is certain is said: both types known, and nobody would convert the one into the other.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from sqlglot import exp

from meshwright.model.contract import LogicalType
from meshwright.model.diagnostic import Diagnostic
from meshwright.sql.codes import Code
from meshwright.sql.text import SqlText
from meshwright.sql.types import inferred

_TIMES = (LogicalType.DATE, LogicalType.TIMESTAMP, LogicalType.TIME)
_NUMBERS = (LogicalType.INTEGER, LogicalType.NUMBER)
_PLAIN = (LogicalType.STRING, LogicalType.BOOLEAN, *_NUMBERS, *_TIMES)
_NO_NUMBER = (LogicalType.STRING, *_TIMES)


def mismatches(text: SqlText, tree: exp.Expr) -> Iterator[Diagnostic]:
    """Yield what no engine can compute, in an annotated tree."""
    for node in tree.walk():
        rule = _RULES.get(type(node))
        said = rule(node) if rule is not None else None
        if said is not None:
            yield text.problem(Code.OPERANDS, said.message, said.node, said.hint)


class _Said(NamedTuple):
    """What is wrong, where, and what would mend it."""

    node: exp.Expr
    message: str
    hint: str


def _compared(node: exp.Expr) -> _Said | None:
    return _uncomparable(node, node.this, (node.expression,))


def _between(node: exp.Expr) -> _Said | None:
    return _uncomparable(node, node.this, (node.args["low"], node.args["high"]))


def _listed(node: exp.Expr) -> _Said | None:
    return _uncomparable(node, node.this, node.expressions)


def _counted(node: exp.Expr) -> _Said | None:
    return next((said for part in node.iter_expressions() if (said := _uncountable(part))), None)


def _asked(node: exp.Expr) -> _Said | None:
    return next((said for part in node.iter_expressions() if (said := _no_question(part))), None)


def _uncomparable(node: exp.Expr, left: exp.Expr, others: Iterable[exp.Expr]) -> _Said | None:
    one = _kind(left)
    for right in others:
        other = _kind(right)
        if one is None or other is None or _alike(one) == _alike(other):
            continue
        if not (_is_written(left, other) or _is_written(right, one)):
            return _Said(node, f"{_told(one)} cannot be compared with {_told(other)}", "cast one of them")
    return None


def _uncountable(node: exp.Expr) -> _Said | None:
    if _kind(node) is not LogicalType.STRING or (_is_text(node) and node.name.strip().isdigit()):
        return None
    return _Said(node, "text cannot be counted with", "cast it: `cast(x as int64)`; `concat(a, b)` puts texts together")


def _summed(node: exp.Expr) -> _Said | None:
    kind = _kind(node.this)
    word = "sum" if isinstance(node, exp.Sum) else "average"
    return _Said(node, f"{_told(kind)} has no {word}", "cast it to a number") if kind in _NO_NUMBER else None


def _no_question(node: exp.Expr) -> _Said | None:
    kind = _kind(node)
    if kind not in _NO_NUMBER:
        return None  # of a number engines make a question
    return _Said(node, f"{_told(kind)} is neither true nor false", "compare it with something")


def _kind(node: exp.Expr) -> LogicalType | None:
    kind = inferred(node)
    return kind if kind in _PLAIN else None


def _alike(kind: LogicalType) -> str:
    """Return what a type is compared as. A date and a timestamp are left to the engines, which differ about them."""
    return "number" if kind in _NUMBERS else "time" if kind in (LogicalType.DATE, LogicalType.TIMESTAMP) else kind


def _is_written(node: exp.Expr, wanted: LogicalType) -> bool:
    """Tell whether a node is a text in quotes that stands for a time, as every dialect reads it."""
    return _is_text(node) and wanted in _TIMES


def _is_text(node: exp.Expr) -> bool:
    return isinstance(node, exp.Literal) and node.is_string


def _told(kind: LogicalType | None) -> str:
    match kind:
        case LogicalType.STRING:
            return "text"
        case LogicalType.INTEGER | LogicalType.NUMBER:
            return "a number"
        case _:
            return f"a {kind}"


_RULES: dict[type[exp.Expr], Callable[[exp.Expr], _Said | None]] = {
    **dict.fromkeys((exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ), _compared),
    **dict.fromkeys((exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg), _counted),
    **dict.fromkeys((exp.Where, exp.Having, exp.Not, exp.And, exp.Or), _asked),
    **dict.fromkeys((exp.Sum, exp.Avg), _summed),
    exp.Between: _between,
    exp.In: _listed,
}
