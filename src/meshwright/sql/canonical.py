"""Canonical: the one spelling of a SELECT, so that a change of layout, case or comments is no change.

By its words, not by its tree: sqlglot writes some functions of a tree out as far longer ones, and some it cannot write.
"""

from sqlglot.tokenizer_core import Token, TokenType

from meshwright.model.diagnostic import Diagnostic
from meshwright.model.product import Transform
from meshwright.sql.parse import parse, statement
from meshwright.sql.text import SqlText

_NAMES = (TokenType.IDENTIFIER, TokenType.VAR)


def canonical(transform: Transform) -> str:
    """Return a SELECT without comments, on one line, in lower case but for what stands in quotes.

    What cannot be read is its own spelling: it is reported elsewhere.
    """
    text = SqlText(transform.sql, transform.dialect, transform.file)
    if isinstance(parse(text), Diagnostic):
        return transform.sql
    return " ".join(_spelled(token) for token in statement(text))


def _spelled(token: Token) -> str:
    kind: TokenType = token.token_type
    if kind in _NAMES:
        return f'"{token.text.lower()}"'  # neither dialect tells `Id` from `id`
    if "STRING" in kind.name:
        return f"{kind.name}{token.text!r}"
    return " ".join(token.text.lower().split())
