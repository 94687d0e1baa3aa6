"""Console: how outcomes look to people and to programs. Text for people, stable JSON for programs."""

import json
import sys
from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Any

import click

from meshwright.model.codec import dump
from meshwright.model.diagnostic import Diagnostic, Severity


class ExitCode(IntEnum):
    """What a command's exit status means."""

    DONE = 0
    FINDINGS = 1
    """Findings, or refused."""
    USAGE = 2
    OUR_FAULT = 3


def print_json(plain: Any) -> None:
    """Print a plain value as JSON, in letters that are left whole on their way out."""
    narrow = not (sys.stdout.encoding or "utf-8").lower().startswith("utf")
    click.echo(json.dumps(plain, indent=2, ensure_ascii=narrow))


def print_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows in columns as wide as what stands in them."""
    lines = [tuple(row) for row in rows]
    widths = [max(len(click.unstyle(cell)) for cell in column) for column in zip(heads, *lines, strict=True)]
    click.echo(_line([click.style(h, bold=True) for h in heads], widths))
    for line in lines:
        click.echo(_line(line, widths))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [cell + " " * (width - len(click.unstyle(cell))) for cell, width in zip(cells, widths, strict=True)]
    return "  ".join(padded).rstrip()


def short(text: str) -> str:
    """Return as much of a text as a table has room for: its first line, and not too much of that."""
    first = text.partition("\n")[0]
    return first if len(first) <= 72 else f"{first[:71]}…"


def progress(message: str) -> None:
    """Say what is going on, on stderr: stdout belongs to the outcome."""
    click.echo(click.style("• ", fg="blue") + message, err=True)


def diagnostic_text(diagnostic: Diagnostic) -> str:
    """Return a diagnostic as people read it: code, message, place, their own line underlined, hint."""
    colour = "red" if diagnostic.severity is Severity.ERROR else "yellow"
    head = click.style(f"{diagnostic.severity}[{diagnostic.code}]", fg=colour, bold=True)
    lines = [f"{head}: {diagnostic.message}", f"  --> {diagnostic.at}"]
    if diagnostic.at.text:
        number = str(diagnostic.at.line)
        gutter = " " * len(number)
        start = " " * (diagnostic.at.column - 1)
        marks = click.style("^" * max(1, diagnostic.at.width), fg=colour)
        lines += [f"{gutter} |", f"{number} | {diagnostic.at.text}", f"{gutter} | {start}{marks}"]
    if diagnostic.hint:
        lines += ["", f"{click.style('hint', fg='cyan')}: {diagnostic.hint}"]
    return "\n".join(lines)


def diagnostic_plain(diagnostic: Diagnostic) -> dict[str, Any]:
    """Return a diagnostic in its documented JSON shape."""
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "file": diagnostic.at.file,
        "line": diagnostic.at.line,
        "column": diagnostic.at.column,
        "hint": diagnostic.hint,
    }


def print_diagnostics(diagnostics: Iterable[Diagnostic]) -> None:
    """Print diagnostics on stderr, each with the user's own line."""
    for diagnostic in diagnostics:
        click.echo(diagnostic_text(diagnostic) + "\n", err=True)


def fail(message: str, hint: str = "") -> None:
    """Print why a command ends without having done its work."""
    click.echo(f"{click.style('error', fg='red', bold=True)}: {safe(message)}", err=True)
    if hint:
        click.echo(f"\n{click.style('hint', fg='cyan')}: {safe(hint)}", err=True)


def safe(text: str) -> str:
    """Return a text that may repeat what was typed, without the secrets in it: logs keep what is on a terminal."""
    from meshwright.manifest.text.leaks import blotted  # most commands end well, and need not know secrets

    return blotted(text)


def plain(value: object) -> Any:
    """Return a value of the model as plain JSON."""
    return dump(value)
