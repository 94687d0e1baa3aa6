"""Spellings: how are names, tables, currencies and addresses of mail spelt, and how is that told to whoever did not?"""

from pydantic import StringConstraints

_WORD = "[A-Za-z_][A-Za-z0-9_]*"
_PART = r"""([A-Za-z0-9_][A-Za-z0-9_$-]*|"[^"]+"|`[^`]+`)"""

NAME = "^[a-z][a-z0-9-]*$"
CONNECTION_NAME = "^[a-z][a-z0-9_-]*$"
CHECK_NAME = "^[A-Za-z][A-Za-z0-9_-]*$"
CHECK_REFERENCE = rf"^({_WORD}\.)?[A-Za-z][A-Za-z0-9_-]*$"
COLUMN_NAME = f"^{_WORD}$"
COLUMN_REFERENCE = rf"^{_WORD}\.{_WORD}$"
REFERRED_COLUMN = rf"^{_WORD}(\.{_WORD}){{1,2}}$"
COLUMN_KEY = rf"^{_WORD}(\.{_WORD})?$"
TABLE_NAME = rf"^{_PART}(\.{_PART}){{0,2}}$"
KEY_PATH = r"^[^.\s\[\]$*]+(\.[^.\s\[\]$*]+)*$"
TOPIC_NAME = r"^[A-Za-z0-9._-]{1,249}$"
MESSAGE_PLACE = r"^(0|[1-9][0-9]*)@(0|[1-9][0-9]*)$"
CURRENCY = "^[A-Z]{3}$"
EMAIL = r"^[^@\s]+@[^@\s]+$"
URL = r"^[a-z][a-z0-9+.-]*://[^\s/]\S*$"
LINK = r"^([a-z][a-z0-9+.-]*://[^\s/]\S*|mailto:[^@\s]+@[^@\s]+|tel:[+0-9][0-9().-]*)$"

MEANT = {
    NAME: ("a name", "use lower-case letters, digits and `-`, and begin with a letter"),
    CONNECTION_NAME: ("a name", "use lower-case letters, digits, `-` and `_`, and begin with a letter"),
    CHECK_NAME: ("the name of a check", "use letters, digits, `-` and `_`, and begin with a letter"),
    CHECK_REFERENCE: ("the name of a check", "write `check`, or `table.check` where the port has several tables"),
    COLUMN_NAME: ("a name in SQL", "use letters, digits and `_`, and begin with a letter"),
    COLUMN_REFERENCE: ("a column of a table", "write `table.column`, by the names that SQL has for them"),
    REFERRED_COLUMN: (
        "a column of a table",
        "write `table.column`, by the names that SQL has for them, or `input.table.column` of one of several tables",
    ),
    COLUMN_KEY: ("a column", "write its name, or `table.column`"),
    TABLE_NAME: ("a table", 'write one to three names, such as `shop.orders`; quote with `"…"` what is not plain'),
    KEY_PATH: ("keys of an answer", "write them with dots between, such as `data.items`"),
    TOPIC_NAME: ("a topic", "use letters, digits, `.`, `_` and `-`"),
    MESSAGE_PLACE: ("the place of a message", "write `partition@offset`, such as `0@17`"),
    CURRENCY: ("a currency", "write its three letters of ISO 4217, such as `EUR`"),
    EMAIL: ("an address of mail", "write it as `name@example.org`"),
    URL: ("a URL", "write all of it, such as `https://example.org`"),
    LINK: ("a link", "write all of it, such as `https://example.org` or `mailto:team@example.org`"),
}
"""What a text should be that does not match a pattern, and how to write one that does."""


def spelt(pattern: str) -> StringConstraints:
    """Return what holds a text to one of the patterns of `MEANT`."""
    if pattern not in MEANT:
        raise KeyError(pattern)
    return StringConstraints(strict=True, pattern=pattern)
