"""Codes: what can be wrong with a manifest, one stable code each."""

from enum import StrEnum


class Code(StrEnum):
    """A diagnostic's code; `MEANING` says it in words."""

    UNREADABLE = "MW0101"
    SYNTAX = "MW0102"
    DUPLICATE = "MW0103"
    AMBIGUOUS = "MW0104"
    UNKNOWN_KEY = "MW0105"
    MISSING_KEY = "MW0106"
    TYPE = "MW0107"
    VALUE = "MW0108"
    SECRET = "MW0109"  # noqa: S105  # a code, not a secret
    DANGLING = "MW0110"
    UNDECLARED = "MW0111"
    CONFLICT = "MW0112"
    SQL_FILE = "MW0113"
    CHECK = "MW0114"
    UNREAD = "MW0115"
    STRAY = "MW0116"
    CIRCLE = "MW0117"
    LAXER = "MW0118"
    UNMEASURED = "MW0119"
    UNBOUNDED = "MW0120"
    ACCOUNT = "MW0121"
    UNANSWERED = "MW0123"
    ROWS = "MW0125"
    NOT_FETCHED = "MW0130"
    CODE = "MW0131"
    PYTHON = "MW0132"
    FUNCTION = "MW0133"
    LOCK = "MW0134"
    FORGETS = "MW0135"


MEANING = {
    Code.UNREADABLE: "a file that cannot be read: it is missing, too large, or not UTF-8",
    Code.SYNTAX: "not YAML, or YAML that a manifest has no use for: tags, merge keys, several documents",
    Code.DUPLICATE: "a key, port, column or check that is there twice",
    Code.AMBIGUOUS: "a bare value that YAML 1.1 and YAML 1.2 read differently: `no`, `010`, `1:30`",
    Code.UNKNOWN_KEY: "a key that does not exist",
    Code.MISSING_KEY: "a key that must be there",
    Code.TYPE: "a value of another type than its key has, or none at all",
    Code.VALUE: "a value that its key does not allow",
    Code.SECRET: "a password, key or token in a file that everybody reads",
    Code.DANGLING: "an input from a product, port or major version that does not exist",
    Code.UNDECLARED: "a person, purpose, term, policy, pool, domain, column or check that is named but not declared",
    Code.CONFLICT: "keys that contradict each other",
    Code.SQL_FILE: "SQL that is missing, or that no port uses",
    Code.CHECK: "a check that cannot be executed as it is written",
    Code.UNREAD: "a key of ODCS that is accepted, and that nothing reads yet",
    Code.STRAY: "a file or folder that nothing reads",
    Code.CIRCLE: "a domain that is a part of itself",
    Code.LAXER: "a policy that a domain makes laxer than what stands above it",
    Code.UNMEASURED: "a promise that nothing can measure",
    Code.UNBOUNDED: "a source whose rows of an interval cannot be told from those of later ones",
    Code.ACCOUNT: "an account that no domain's work can run as, or that of a domain which is not there",
    Code.UNANSWERED: "a check that asks of an input what nothing can tell",
    Code.ROWS: "rows that are granted by what cannot tell them: a column without plain values, or one that no row has",
    Code.NOT_FETCHED: "a release that mesh.lock names and that is not here, or not whole",
    Code.CODE: "code that is not where the manifest says, or is too large to travel",
    Code.PYTHON: "text that is not Python",
    Code.FUNCTION: "a Python file without the function that is called",
    Code.LOCK: "an environment that nothing locks, or not all of it",
    Code.FORGETS: "a table that would forget what was read of a topic before",
}
