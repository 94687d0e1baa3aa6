"""Codes: what the gate can find, one stable code each. From 0410 on they are those of policies."""

from enum import StrEnum


class Code(StrEnum):
    """A finding's code; `MEANING` says it in words."""

    STILL_READ = "MW0401"
    BREAK = "MW0402"
    VERSION = "MW0403"
    VERSION_BACK = "MW0404"
    DEPRECATED = "MW0405"
    TOO_SOON = "MW0406"
    SHORT_WINDOW = "MW0407"
    NOT_ALLOWED = "MW0408"
    ASTRAY = "MW0409"
    OWNERLESS = "MW0410"
    UNDOCUMENTED = "MW0411"
    UNCLASSIFIED = "MW0412"
    INFEASIBLE = "MW0413"
    RETIRED = "MW0440"
    NOT_STORABLE = "MW0441"


MEANING = {
    Code.STILL_READ: "a product, port or column that would be gone while other products still read it",
    Code.BREAK: "a break inside a major version: it waits for the owners of those who read it",
    Code.VERSION: "a version that says less than what changed",
    Code.VERSION_BACK: "a version that is lower than the one that runs",
    Code.DEPRECATED: "a port that goes, and that a product reads still, or even anew",
    Code.TOO_SOON: "a port that would be gone before the day that was announced",
    Code.SHORT_WINDOW: "a deprecation that leaves consumers less time than is asked for",
    Code.NOT_ALLOWED: "a port that the domain of a product may not read",
    Code.ASTRAY: "a port to be read instead, or a domain that may read, that is not there",
    Code.OWNERLESS: "a product that nobody answers for",
    Code.UNDOCUMENTED: "a port or column without a description",
    Code.UNCLASSIFIED: "a column made of personal data that does not say what it is",
    Code.INFEASIBLE: "a promise of freshness or landing that inputs and schedule cannot keep",
    Code.RETIRED: "a port that goes, without a word on what to read instead",
    Code.NOT_STORABLE: "a change that a table which adds up cannot take inside its major version",
}
