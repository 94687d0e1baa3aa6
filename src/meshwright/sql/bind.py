"""Bind: how is an engine to be asked for what a transform says?

Values are never written into the text: parameters stay parameters, spelled as the engine spells them.
"""

from dataclasses import dataclass

from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ErrorLevel

from meshwright.model.diagnostic import Diagnostic
from meshwright.model.errors import Refused
from meshwright.model.product import Transform
from meshwright.sql.dialect import mend
from meshwright.sql.guard import parameters
from meshwright.sql.parse import parse, statement
from meshwright.sql.text import SqlText


@dataclass(frozen=True, slots=True)
class BoundQuery:
    """One SELECT in an engine's dialect, its tables still the local names of the inputs.

    `parameters` are the names (`interval_start`, `interval_end`, both TIMESTAMP) whose values the engine is to bind.
    """

    sql: str
    parameters: tuple[str, ...]


def bind(transform: Transform, dialect: str) -> BoundQuery:
    """Return a transform in the dialect of an engine. Raises `Refused` where it is not one SELECT.

    In its own dialect it is what somebody wrote, without what follows the last word. BigQuery → DuckDB keeps the
    meaning of whatever `analyse` lets pass, in a session whose time zone is UTC.
    """
    text = SqlText(transform.sql, transform.dialect, transform.file)
    tree = parse(text)
    if isinstance(tree, Diagnostic):
        raise Refused(f"{tree.at}: {tree.message}", hint=tree.hint)
    if dialect == transform.dialect:
        tokens = statement(text)
        return BoundQuery(text.sql[tokens[0].start : tokens[-1].end + 1], parameters(tree))
    named = parameters(tree)
    if transform.dialect == "bigquery":
        for node in reversed(list(tree.walk())):  # what is inside first: mending copies it
            mended = mend(node)
            if mended is not node:
                node.replace(mended)
    generator = Dialect.get_or_raise(dialect).generator(unsupported_level=ErrorLevel.IGNORE, pretty=True)
    return BoundQuery(generator.generate(tree), named)
