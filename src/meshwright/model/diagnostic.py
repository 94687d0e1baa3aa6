"""Diagnostic: one problem in what somebody wrote, where it is, and what would mend it."""

from collections.abc import Iterable
from enum import StrEnum

from meshwright.model.value import value

MAX_SHOWN = 400
"""Characters of a line that a diagnostic carries: a line of a megabyte helps nobody."""


class Severity(StrEnum):
    """`error` stops what was asked; `warning` does not."""

    ERROR = "error"
    WARNING = "warning"


@value(order=True)
class Location:
    """A place in a file that somebody wrote.

    `file` is relative to the mesh's root, with `/`. `line` and `column` count from 1; `width` is the number of
    characters meant; `text` is the whole line, so that it can be shown without the file.
    """

    file: str
    line: int = 1
    column: int = 1
    width: int = 1
    text: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@value(order=True)
class Diagnostic:
    """One problem. `code` is `MW` and four digits, and `mesh explain` knows it."""

    at: Location
    code: str
    severity: Severity
    message: str
    hint: str = ""


def errors(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return those that stop what was asked."""
    return tuple(d for d in diagnostics if d.severity is Severity.ERROR)


def printable(text: str) -> str:
    """Return a text that a terminal shows and does not obey, character by character as long as it was."""
    return text if text.isprintable() else "".join(c if c.isprintable() or c == "\t" else "\ufffd" for c in text)
