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
from meshwright.model.spelling import closest
from meshwright.sql import size
from meshwright.sql.codes import Code, error
from meshwright.sql.spelled import template, unclosed
from meshwright.sql.text import SqlText

TRIPS = (AttributeError, AssertionError, LookupError, TypeError, ValueError)
"""What sqlglot raises over SQL that its grammar lets pass, and that it then trips over."""

_FIRST = (TokenType.SELECT, TokenType.WITH, TokenType.L_PAREN)
_WORDS = ("SELECT", "FROM", "WHERE", "GROUP", "HAVING", "QUALIFY", "ORDER", "LIMIT", "JOIN", "USING", "UNION", "WITH")
"""The words at which a SELECT's parts begin, and which people misspell."""

_ONE_SELECT = "write one SELECT; it may begin with WITH"


def parse(text: SqlText) -> exp.Query | Diagnostic:
    """Return the tree of one SELECT, or what keeps the text from being one."""
    long = size.too_long(text)
    if long is not None:
        return long
    try:
        tokens = statement(text)
    except TokenError:
        return unclosed(text)
    wrong = _not_one_select(text, tokens) or size.too_large(text, tokens) or template(text, tokens)
    return wrong or _tree(text, tokens)


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
        meant = closest(first.text, ("SELECT", "WITH"), likeness=0.75)
        hint = f"did you mean `{meant}`?" if meant else _ONE_SELECT
        return error(Code.NOT_ONE_SELECT, f"`{first.text}` does not begin a SELECT", at, hint)
    for semicolon, after in pairwise(tokens):
        if semicolon.token_type is TokenType.SEMICOLON:
            at = text.place(after.start, after.end)
            return error(Code.NOT_ONE_SELECT, "a second statement begins here", at, _ONE_SELECT)
    return None


def _tree(text: SqlText, tokens: list[Token]) -> exp.Query | Diagnostic:
    try:
        trees = _trees(text, tokens)
    except ParseError as stop:
        return _unreadable(text, tokens, stop) if stop.errors else _miscalled(text, tokens)
    except TRIPS:
        return _miscalled(text, tokens)
    except RecursionError:
        return size.too_deep(text)
    tree = trees[0] if len(trees) == 1 else None
    if isinstance(tree, exp.Query):
        return tree
    at = text.place(tokens[0].start, tokens[0].end)
    return error(Code.NOT_ONE_SELECT, "this is not a SELECT", at, _ONE_SELECT)


def _trees(text: SqlText, tokens: list[Token]) -> list[exp.Expr | None]:
    return Dialect.get_or_raise(text.dialect).parser().parse(tokens, text.sql)


def _miscalled(text: SqlText, tokens: list[Token]) -> Diagnostic:
    """Find the innermost call that sqlglot cannot make anything of: mostly one with too few arguments."""
    calls = [n for n, (name, bracket) in enumerate(pairwise(tokens)) if bracket.token_type is TokenType.L_PAREN]
    for number in reversed(calls):
        call = tokens[number : _closing(tokens, number + 1) + 1]
        if _trips(text, [tokens[0], *call]):
            name = tokens[number]
            hint = "look at the number and the kind of its arguments"
            message = f"`{name.text.lower()}` cannot be called like this"
            return error(Code.UNREADABLE, message, text.place(name.start, name.end), hint)
    at = text.place(tokens[0].start, tokens[0].end)
    return error(Code.UNREADABLE, f"this cannot be read as {text.dialect} SQL", at, "write it in a simpler way")


def _trips(text: SqlText, tokens: list[Token]) -> bool:
    try:
        _trees(text, tokens)
    except TRIPS:
        return True
    except ParseError as stop:
        return not stop.errors  # those of its grammar have places
    return False


def _closing(tokens: list[Token], opening: int) -> int:
    depth = 0
    for number in range(opening, len(tokens)):
        depth += {TokenType.L_PAREN: 1, TokenType.R_PAREN: -1}.get(tokens[number].token_type, 0)
        if depth == 0:
            return number
    return len(tokens) - 1


def _unreadable(text: SqlText, tokens: list[Token], stop: ParseError) -> Diagnostic:
    """Say where reading stopped. sqlglot gives the line and the column of the last character of a token."""
    found = stop.errors[0]
    stopped = next((t for t in tokens if (t.line, t.col) == (found["line"], found["col"])), tokens[-1])
    said = str(found["description"]).split(" but got ", maxsplit=1)[0].removesuffix(".")
    at = text.place(stopped.start, stopped.end)
    meant = closest(stopped.text, _WORDS, likeness=0.75) if stopped.text.upper() not in _WORDS else None
    hint = f"did you mean `{meant}`?" if meant else ""
    if "missing for" in said:  # in the words of sqlglot's classes
        said = "something is missing after this"
    elif said.endswith("Unexpected token"):
        said = f"`{stopped.text}` cannot stand here"
        hint = hint or "look at what stands before it: a comma, an operator or a bracket may be missing"
    message = f"this cannot be read as {text.dialect} SQL: {said[:1].lower()}{said[1:]}"
    return error(Code.UNREADABLE, message, at, hint)
