"""Ticker: says on stderr how far long work has come: on a terminal in one line, rewritten; else in a line now and then.

Work that is soon done is not spoken of.
"""

import sys
import time

import click

from meshwright.cli.console import progress
from meshwright.model.progress import LISTENER, Step

_PATIENCE = 1.0
"""Seconds for which nobody asks on a terminal whether anything happens; in a log, it is `_PAUSE`."""
_PAUSE = 10.0
_REWRITTEN = 0.1


class Ticker:
    """Listens from here on; `terminal` tells how it speaks."""

    def __init__(self, *, terminal: bool) -> None:
        self._terminal = terminal
        self._pause = _REWRITTEN if terminal else _PAUSE
        self._next = time.monotonic() + (_PATIENCE if terminal else _PAUSE)
        self._is_written = False

    def __call__(self, step: Step) -> None:
        """Say how far it is, when it is time to."""
        if step.is_over:
            self._clear()
        elif time.monotonic() >= self._next:
            self._say(f"{step.what}: {step.done:,} of {step.total:,}")
            self._next = time.monotonic() + self._pause

    def _say(self, text: str) -> None:
        if not self._terminal:
            progress(text)
            return
        click.echo(f"\r\x1b[K{click.style('•', fg='blue')} {text}", err=True, nl=False, color=True)
        self._is_written = True

    def _clear(self) -> None:
        if self._is_written:
            click.echo("\r\x1b[K", err=True, nl=False, color=True)
            self._is_written = False


def listen() -> None:
    """Say on stderr how far all that follows has come, until the command has ended."""
    LISTENER.set(Ticker(terminal=sys.stderr.isatty()))
    command = click.get_current_context(silent=True)
    if command is not None:
        command.call_on_close(lambda: LISTENER.set(None))
