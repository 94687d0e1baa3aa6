"""Text: the SQL as somebody wrote it, and where in it each part of its tree stands."""

from sqlglot import exp

from meshwright.model.diagnostic import MAX_SHOWN, Diagnostic, Location, printable
from meshwright.model.value import value
from meshwright.sql.codes import Code, error

Span = tuple[int, int]
"""The first and the last character of something, counted from 0, both meant."""


@value
class SqlText:
    """One SELECT's text: `file` is relative to the mesh's root."""

    sql: str
    dialect: str
    file: str

    def place(self, start: int, end: int) -> Location:
        """Return the place of the characters from `start` to `end`; what goes over lines is cut at the first."""
        line_start = self.sql.rfind("\n", 0, start) + 1
        line_end = self.sql.find("\n", start)
        whole = self.sql[line_start : line_end if line_end >= 0 else None].rstrip("\r")
        line = printable(whole[:MAX_SHOWN])
        column = start - line_start + 1
        width = max(1, min(end - start + 1, len(line) - column + 1))
        return Location(self.file, self.sql.count("\n", 0, start) + 1, column, width, line)

    def at(self, node: exp.Expr) -> Location:
        """Return the place of a node of this text's tree."""
        return self.place(*(span(node) or (0, 0)))

    def problem(self, code: Code, message: str, node: exp.Expr, hint: str = "") -> Diagnostic:
        """Return an error that points at a node."""
        return error(code, message, self.at(node), hint)


def span(node: exp.Expr) -> Span | None:
    """Return where a node stands: by itself, else by what it is made of, else by what it is part of."""
    return written(node) or _outer(node)


def written(node: exp.Expr) -> Span | None:
    """Return where a node or what it is made of was written; None for what qualification has made."""
    return _own(node) or _inner(node)


def _own(node: exp.Expr) -> Span | None:
    if isinstance(node, exp.Table) and node.db:  # all the words of its name, and not its alias
        first, last = node.parts[0].meta_get("start"), node.parts[-1].meta_get("end")
        return None if first is None or last is None else (first, last)
    named = node.args.get("this") if isinstance(node, exp.Column | exp.Table) else node
    holder = named if isinstance(named, exp.Identifier | exp.Star) else node
    start, end = holder.meta_get("start"), holder.meta_get("end")
    return None if start is None or end is None else (start, end)


def _inner(node: exp.Expr) -> Span | None:
    spans = [found for part in node.walk() if (found := _own(part))]
    return (min(s for s, _ in spans), max(e for _, e in spans)) if spans else None


def _outer(node: exp.Expr) -> Span | None:
    parent = node.parent
    return None if parent is None else _own(parent) or _inner(parent) or _outer(parent)
