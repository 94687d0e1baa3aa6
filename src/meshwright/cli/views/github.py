"""GitHub: diagnostics as workflow commands, which a step prints and GitHub shows beside the lines of a pull request."""

from collections import Counter
from collections.abc import Iterable, Iterator

from meshwright.model.diagnostic import Diagnostic, Location, Severity

SHOWN = 10
"""The annotations of one kind that GitHub shows for one step; further ones are dropped without a word."""


def workflow_commands(diagnostics: Iterable[Diagnostic], folder: str = "") -> Iterator[str]:
    """Yield `::error …::` or `::warning …::` for each diagnostic. `folder` is that of the mesh in the repository."""
    for diagnostic in diagnostics:
        hint = f"\nhint: {diagnostic.hint}" if diagnostic.hint else ""
        yield workflow_command(
            diagnostic.severity, diagnostic.at, diagnostic.code, diagnostic.message + hint, folder=folder
        )


def workflow_command(severity: Severity, at: Location, title: str, text: str, *, folder: str = "") -> str:
    """Return `::error …::` or `::warning …::` of what is to be shown beside a line."""
    properties = {
        "file": f"{folder}{at.file}",
        "line": str(at.line),
        "endLine": str(at.line),
        "col": str(at.column),
        "endColumn": str(at.column + max(1, at.width)),
        "title": title,
    }
    named = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{severity} {named}::{_data(text)}"


def left_out(diagnostics: Iterable[Diagnostic]) -> str:
    """Return what to tell when GitHub will not show all of them; empty when it will."""
    count = Counter(d.severity for d in diagnostics)
    parts = [f"{SHOWN} of {count[s]} {s}s" for s in Severity if count[s] > SHOWN]
    if not parts:
        return ""
    return f"GitHub shows no more than {' and '.join(parts)} of one step; `--format sarif` is shown whole"


def _data(text: str) -> str:
    """Escape what follows the second `::`; `%` first, or what was escaped would be escaped again."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Escape a value before the second `::`, where `:` ends the properties and `,` one of them."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
