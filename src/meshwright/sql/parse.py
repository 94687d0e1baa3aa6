"""Parse: is this text exactly one SELECT, and what is its tree?

The first word decides before any grammar does: what is not a question never reaches the parser.
"""

from functools import lru_cache
from itertools import pairwise

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ParseError, TokenError
from sqlglot.tokenizer_core import Token, TokenType

from meshwright.model.diagnostic import Diagnostic
from meshwright.model.spelling import did_you_mean
from meshwright.sql.codes import Code, error
from meshwright.sql.text import SqlText

DIALECTS = ("bigquery", "duckdb")
"""The dialects that transforms may be written in."""

_FIRST = (TokenType.SELECT, TokenType.WITH, TokenType.L_PAREN)
_ONE_SELECT = "write one SELECT; it may begin with WITH"


def parse(text: SqlText) -> exp.Query | Diagnostic:
    """Return the tree of one SELECT, or what keeps the text from being one."""
    if text.dialect not in DIALECTS:
        hint = did_you_mean(text.dialect, DIALECTS)
        return error(Code.UNKNOWN_DIALECT, f"`{text.dialect}` is not a dialect we know", text.place(0, 0), hint)
    try:
        tokens = statement(text)
    except TokenError:
        last = len(text.sql.rstrip())
        message = "a quote, a quoted name or a comment is opened and never closed"
        return error(Code.UNREADABLE, message, text.place(_opened(text), last), "close it")
    return _not_one_select(text, tokens) or _tree(text, tokens)


@lru_cache(maxsize=1)  # two steps look at the tokens of a text
def statement(text: SqlText) -> list[Token]:
    """Return the tokens, without the semicolons at the end. Raises sqlglot's `TokenError`."""
    tokens: list[Token] = Dialect.get_or_raise(text.dialect).tokenize(text.sql)
    while tokens and tokens[-1].token_type is TokenType.SEMICOLON:
        tokens.pop()
    return tokens


def _not_one_select(text: SqlText, tokens: list[Token]) -> Diagnostic | None:
    if not tokens:
        return error(Code.NOT_ONE_SELECT, "there is no SQL here", text.place(0, 0), _ONE_SELECT)
    first = tokens[0]
    if first.token_type not in _FIRST:
        at = text.place(first.start, first.end)
        return error(Code.NOT_ONE_SELECT, f"`{first.text}` does not begin a SELECT", at, _ONE_SELECT)
    for semicolon, after in pairwise(tokens):
        if semicolon.token_type is TokenType.SEMICOLON:
            at = text.place(after.start, after.end)
            return error(Code.NOT_ONE_SELECT, "a second statement begins here", at, _ONE_SELECT)
    return None


def _tree(text: SqlText, tokens: list[Token]) -> exp.Query | Diagnostic:
    try:
        trees = Dialect.get_or_raise(text.dialect).parser().parse(tokens, text.sql)
    except ParseError as stop:
        return _unreadable(text, tokens, stop)
    tree = trees[0] if len(trees) == 1 else None
    if isinstance(tree, exp.Query):
        return tree
    at = text.place(tokens[0].start, tokens[0].end)
    return error(Code.NOT_ONE_SELECT, "this is not a SELECT", at, _ONE_SELECT)


def _unreadable(text: SqlText, tokens: list[Token], stop: ParseError) -> Diagnostic:
    """Say where reading stopped. sqlglot gives the line and the column of the last character of a token."""
    found = stop.errors[0]
    stopped = next((t for t in tokens if (t.line, t.col) == (found["line"], found["col"])), tokens[-1])
    said = str(found["description"]).split(" but got ", maxsplit=1)[0].removesuffix(".")
    if "missing for" in said:  # in the words of sqlglot's classes
        said = "something is missing after this"
    message = f"this cannot be read as {text.dialect} SQL: {said[:1].lower()}{said[1:]}"
    return error(Code.UNREADABLE, message, text.place(stopped.start, stopped.end))


def _opened(text: SqlText) -> int:
    """Return where the token begins that never ends: behind the longest beginning of the text that has whole tokens."""
    lines = text.sql.splitlines(keepends=True)
    whole = next(n for n in range(len(lines), -1, -1) if _tokenizes(text, "".join(lines[:n])))
    before = "".join(lines[:whole])
    line = lines[whole]
    return len(before) + next(n for n in range(len(line), -1, -1) if _tokenizes(text, before + line[:n]))


def _tokenizes(text: SqlText, beginning: str) -> bool:
    try:
        Dialect.get_or_raise(text.dialect).tokenize(beginning)
    except TokenError:
        return False
    return True
