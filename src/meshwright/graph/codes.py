"""Codes: what can be wrong between products, one stable code each."""

from enum import StrEnum


class Code(StrEnum):
    """A diagnostic's code; `MEANING` says it in words."""

    CYCLE = "MW0301"


MEANING = {Code.CYCLE: "products that wait for each other, so that none of them can ever run"}
