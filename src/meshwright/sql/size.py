"""Size: is this SQL short and shallow enough to be understood in no time?

sqlglot reads brackets by recursion, those behind the name of a type by trying two ways at each level, and chains of
operators into trees as deep as they are long. The tokens tell all that beforehand, for next to nothing.
"""

from sqlglot.parser import Parser
from sqlglot.tokenizer_core import Token, TokenType

from meshwright.model.diagnostic import Diagnostic
from meshwright.sql.codes import Code, error
from meshwright.sql.text import SqlText

MAX_CHARACTERS = 200_000
MAX_TOKENS = 10_000
MAX_DEPTH = 40
MAX_OPERATORS = 1_000
_MAX_TYPED = 10

_OPEN = frozenset({TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE, TokenType.CASE})
_CLOSE = frozenset({TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE, TokenType.END})
_TYPES = frozenset(Parser.TYPE_TOKENS)
_OPERATORS = frozenset(
    {
        TokenType.AND, TokenType.ARROW, TokenType.DASH, TokenType.DCOLON, TokenType.DPIPE, TokenType.EXCEPT,
        TokenType.INTERSECT, TokenType.INTERVAL, TokenType.JOIN, TokenType.NOT, TokenType.OR, TokenType.PLUS,
        TokenType.SLASH, TokenType.STAR, TokenType.UNION,
    }
)  # fmt: skip
_DEEP = "the SQL nests deeper than anybody can read"
_CUT = "make a CTE of a part of it, or a product of its own"


def too_long(text: SqlText) -> Diagnostic | None:
    """Say so when a text is longer than anybody writes one."""
    if len(text.sql) <= MAX_CHARACTERS:
        return None
    message = f"the SQL has more than {MAX_CHARACTERS // 1000},000 characters"
    return error(Code.TOO_LARGE, message, text.place(0, 0), "what it lists belongs in a table")


def too_large(text: SqlText, tokens: list[Token]) -> Diagnostic | None:
    """Return the place from which on a text is too long or too deep to be read."""
    if len(tokens) > MAX_TOKENS:
        return _problem(text, tokens[MAX_TOKENS], f"the SQL has more than {MAX_TOKENS:,} words")
    operators = [token for token in tokens if token.token_type in _OPERATORS]
    if len(operators) > MAX_OPERATORS:
        return _problem(text, operators[MAX_OPERATORS], f"the SQL has more than {MAX_OPERATORS:,} operators")
    deep = _too_deep(tokens)
    return None if deep is None else _problem(text, deep, _DEEP)


def too_deep(text: SqlText) -> Diagnostic:
    """Say of a text that it nests too deeply, although its tokens do not tell where."""
    return error(Code.TOO_LARGE, _DEEP, text.place(0, 0), _CUT)


def _too_deep(tokens: list[Token]) -> Token | None:
    opened: list[bool] = []
    typed = row = 0
    before = TokenType.SEMICOLON
    for token in tokens:
        kind = token.token_type
        if kind in _OPEN:
            opened.append(before in _TYPES)
            typed += opened[-1]
        elif kind in _CLOSE and opened:
            typed -= opened.pop()
        elif kind is TokenType.LT and before in _TYPES:
            row += 1  # `array<array<…`
        elif kind not in _TYPES:
            row = 0
        if len(opened) > MAX_DEPTH or typed > _MAX_TYPED or row > MAX_DEPTH:
            return token
        before = kind
    return None


def _problem(text: SqlText, token: Token, message: str) -> Diagnostic:
    return error(Code.TOO_LARGE, message, text.place(token.start, token.end), _CUT)
