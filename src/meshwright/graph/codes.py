"""Codes: what can be wrong between products, one stable code each."""

from enum import StrEnum


class Code(StrEnum):
    """A diagnostic's code; `MEANING` says it in words."""

    CYCLE = "MW0301"
    TERM_TYPE = "MW0302"
    TERM_CLASS = "MW0303"


MEANING = {
    Code.CYCLE: "products that wait for each other, so that none of them can ever run",
    Code.TERM_TYPE: "a column of another type than the term of the glossary that it carries",
    Code.TERM_CLASS: "a column of another classification than the term of the glossary that it carries",
}
