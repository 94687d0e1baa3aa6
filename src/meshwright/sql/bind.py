"""Bind: how is an engine to be asked for what a transform says?

Values are never written into the text: parameters stay parameters, spelled as the engine spells them.
"""

from collections.abc import Sequence

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ErrorLevel

from meshwright.model.diagnostic import Diagnostic
from meshwright.model.errors import Refused
from meshwright.model.naming import one_name
from meshwright.model.product import Transform
from meshwright.model.value import value
from meshwright.sql.dialect import mend
from meshwright.sql.guard import parameters
from meshwright.sql.names import dotted, rename
from meshwright.sql.parse import parse, statement
from meshwright.sql.text import SqlText


@value
class BoundQuery:
    """One SELECT in an engine's dialect, its tables still the local names of the inputs, each one identifier.

    `parameters` are the names (`interval_start`, `interval_end`, both TIMESTAMP) whose values the engine is to bind.
    `reads` are those of its tables that are one of several in an input: `orders.lines`.
    """

    sql: str
    parameters: tuple[str, ...]
    reads: tuple[str, ...] = ()


def bind(transform: Transform, dialect: str) -> BoundQuery:
    """Return a transform in the dialect of an engine. Raises `Refused` where it is not one SELECT.

    In its own dialect it is what somebody wrote, without what follows the last word, unless it reads one of several
    tables of an input: those names are words of the mesh, and no engine's. BigQuery → DuckDB keeps the
    meaning of whatever `analyse` lets pass, in a session whose time zone is UTC.
    """
    return bind_all(transform, (dialect,))[0]


def bind_all(transform: Transform, dialects: Sequence[str]) -> tuple[BoundQuery, ...]:
    """Return a transform in several dialects, as `bind` does in one. Raises `Refused` where it is not one SELECT."""
    text = SqlText(transform.sql, transform.dialect, transform.file)
    tree = parse(text)
    if isinstance(tree, Diagnostic):
        raise Refused(f"{tree.at}: {tree.message}", hint=tree.hint)
    named = parameters(tree)
    several = [(table, dotted(table).lower()) for table in tree.find_all(exp.Table) if table.db]
    reads = tuple(sorted({name for _, name in several}))
    rename(tree, [(table, one_name(name)) for table, name in several])
    as_written = () if several else (transform.dialect,)
    return tuple(
        BoundQuery(_written(text) if dialect in as_written else _translated(tree, text, dialect), named, reads)
        for dialect in dialects
    )


def _written(text: SqlText) -> str:
    tokens = statement(text)
    return text.sql[tokens[0].start : tokens[-1].end + 1]


def _translated(tree: exp.Query, text: SqlText, dialect: str) -> str:
    """Write a copy of a tree in a dialect: mending and writing change what they are given."""
    copied = tree.copy()
    if text.dialect == "bigquery" != dialect:
        for node in reversed(list(copied.walk())):  # what is inside first: mending copies it
            mended = mend(node)
            if mended is not node:
                node.replace(mended)
    generator = Dialect.get_or_raise(dialect).generator(unsupported_level=ErrorLevel.IGNORE, pretty=True)
    return generator.generate(copied, copy=False)
