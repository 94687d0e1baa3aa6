"""Spelled: what of a text can be seen before it is read: templates that nobody fills in, quotes that nobody closes."""

from itertools import accumulate, pairwise

from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import TokenError
from sqlglot.tokenizer_core import Token, TokenType

from meshwright.model.diagnostic import Diagnostic
from meshwright.sql.codes import Code, error
from meshwright.sql.text import SqlText

_LINES = 200
"""So many lines may a quoted text or a comment have before it counts as one that is never closed."""

_WIDTH = 1000
"""So many characters from the end of a line are looked at to find where a quote is opened."""


def template(text: SqlText, tokens: list[Token]) -> Diagnostic | None:
    """Say where a text template begins: BigQuery has no braces and no `$` at all, DuckDB never two braces together."""
    for token, after in pairwise([*tokens, tokens[-1]]):
        brace = token.token_type is TokenType.L_BRACE
        doubled = brace and after.token_type is TokenType.L_BRACE
        foreign = brace or (token.token_type is TokenType.VAR and token.text.startswith("$"))
        if doubled or (foreign and text.dialect != "duckdb"):
            end = next(
                (t.end for t in tokens if t.start > token.start and t.token_type is TokenType.R_BRACE), token.end
            )
            end = token.end if token.text != "$" and not brace else end + doubled
            at = text.place(token.start, end)
            written = text.sql[token.start : token.start + at.width]
            sign = "$" if text.dialect == "duckdb" else "@"
            hint = f"write a bound parameter: `{sign}interval_start` or `{sign}interval_end`"
            return error(Code.PARAMETER, f"nobody fills in `{written}`: SQL is no template here", at, hint)
    return None


def unclosed(text: SqlText) -> Diagnostic:
    """Say where the quote, quoted name or comment begins that never ends."""
    message = "a quote, a quoted name or a comment is opened and never closed"
    return error(Code.UNREADABLE, message, text.place(_opened(text), len(text.sql.rstrip())), "close it")


def _opened(text: SqlText) -> int:
    """Return where the token begins that never ends.

    Line by line, each chunk beginning where the one before had whole tokens: what is quoted over several lines makes a
    longer chunk, and the one that never becomes whole holds what is looked for in its first line.
    """
    ends = list(accumulate(len(line) for line in text.sql.splitlines(keepends=True)))
    begin, behind = 0, 0
    for end in ends:
        if _tokenizes(text, text.sql[begin:end]):
            begin, behind = end, 0
        else:
            behind += 1
            if behind > _LINES:
                break
    stop = next((end for end in ends if end > begin), len(text.sql))
    first = max(begin, stop - _WIDTH)
    return next((n for n in range(stop, first, -1) if _tokenizes(text, text.sql[begin:n])), begin)


def _tokenizes(text: SqlText, part: str) -> bool:
    try:
        Dialect.get_or_raise(text.dialect).tokenize(part)
    except TokenError:
        return False
    return True
