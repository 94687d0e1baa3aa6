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
    UNSTAFFED = "MW0414"
    UNSUPPORTED = "MW0415"
    ONE_MAILBOX = "MW0416"
    PURPOSELESS = "MW0417"
    MISNAMED = "MW0418"
    UNEXPLAINED = "MW0419"
    KEYLESS = "MW0420"
    UNRECOGNISED = "MW0421"
    UNPROTECTED = "MW0422"
    UNSTEWARDED = "MW0423"
    UNPROMISED = "MW0424"
    UNREALISTIC = "MW0425"
    UNCHECKED = "MW0426"
    TOO_OFTEN = "MW0427"
    WIDE = "MW0428"
    UNSAMPLED = "MW0429"
    UNUSED = "MW0430"
    MISTAGGED = "MW0431"
    FOREIGN_SOURCE = "MW0432"
    UPSTREAM = "MW0433"
    NO_LEDGER = "MW0434"
    TERMLESS = "MW0435"
    UNBOUNDED = "MW0436"
    RETIRED = "MW0440"
    NOT_STORABLE = "MW0441"
    WAIVER = "MW0445"
    IDLE_WAIVER = "MW0446"
    DEAR = "MW0450"
    AFIELD = "MW0451"
    KEPT_TOO_LONG = "MW0452"
    MISPLACED = "MW0453"


MEANING = {
    Code.STILL_READ: "a product, port or column that would be gone while other products still read it",
    Code.BREAK: "a break inside a major version: it waits for the owners of those who read it",
    Code.VERSION: "a version that says less than what changed",
    Code.VERSION_BACK: "a version that is lower than the one that runs",
    Code.DEPRECATED: "a port that goes, and that a product reads still, or even anew",
    Code.TOO_SOON: "a port that would be gone before the day that was announced",
    Code.SHORT_WINDOW: "a deprecation that leaves consumers less time than is asked for",
    Code.NOT_ALLOWED: "a port that the domain of a product may not read",
    Code.ASTRAY: "a port to be read instead that is not there, or a domain that may read in vain",
    Code.OWNERLESS: "a product that nobody answers for",
    Code.UNDOCUMENTED: "a port or column without a description",
    Code.UNCLASSIFIED: "a column made of personal data that does not say what it is",
    Code.INFEASIBLE: "a promise of freshness or landing that inputs and schedule cannot keep",
    Code.UNSTAFFED: "a team in which a role is missing that the organisation asks for",
    Code.UNSUPPORTED: "a product that does not say where to ask about it",
    Code.ONE_MAILBOX: "support that is one person's mailbox",
    Code.PURPOSELESS: "a product that does not say for which purpose it is made",
    Code.MISNAMED: "a product, port or column whose name does not look as names do",
    Code.UNEXPLAINED: "a product whose description is too short to say anything",
    Code.KEYLESS: "a table that does not say what tells its rows apart",
    Code.UNRECOGNISED: "a column that is called like personal data and does not say what it is",
    Code.UNPROTECTED: "personal data that another domain reads unmasked",
    Code.UNSTEWARDED: "personal data in a domain that has no steward",
    Code.UNPROMISED: "a port that others read and that does not promise how old it may be",
    Code.UNREALISTIC: "an objective that is too high to be kept, or too low to mean anything",
    Code.UNCHECKED: "a table without checks beyond its keys",
    Code.TOO_OFTEN: "a product that runs more often than it should",
    Code.WIDE: "a product with too many inputs, or a table with too many columns",
    Code.UNSAMPLED: "a port without a query that shows how to use it",
    Code.UNUSED: "a product that is not made for people and that no product reads",
    Code.MISTAGGED: "tags that nobody has agreed on, or too few of them",
    Code.FOREIGN_SOURCE: "a source-aligned product that reads another domain",
    Code.UPSTREAM: "an input that is made for readers further down",
    Code.NO_LEDGER: "what should be kept as a ledger, and is published otherwise",
    Code.TERMLESS: "figures that carry no word of the glossary",
    Code.UNBOUNDED: "a table that may set aside too many of its rows",
    Code.RETIRED: "a port that goes, without a word on what to read instead",
    Code.NOT_STORABLE: "a change that a table which adds up cannot take inside its major version",
    Code.WAIVER: "a waiver of what is not there, that has ended, or that is too long",
    Code.IDLE_WAIVER: "a waiver that waives nothing",
    Code.DEAR: "a change that makes a product, a domain or a purpose cost more than was agreed",
    Code.AFIELD: "data that may lie where they should not, or where what they are made of may not",
    Code.KEPT_TOO_LONG: "personal data that are kept for good, or too long",
    Code.MISPLACED: "a product that may not lie in the region of the environment",
}
