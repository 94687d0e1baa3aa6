"""Process: one run of somebody's code, bounded, with nothing of ours but what it is given.

It has a folder of its own, a clean environment of variables, bounds of time and memory; it dies when we do, and takes
with it whatever it started. What it prints becomes lines of our log, in which no secret that it was given is shown.
"""

import logging
import os
import re
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import IO
from urllib.parse import unquote, urlsplit

from meshwright.engine.code.harness import bounded
from meshwright.model.errors import FinalError
from meshwright.model.identity import Secret
from meshwright.model.time import length_text
from meshwright.model.value import value

log = logging.getLogger(__name__)

_LINE = 2_000
_LINES = 10_000
"""What of a process's words is logged: so many characters of a line, and so many lines."""


@value
class Bounds:
    """What one run of code may take: bytes of memory, and time."""

    memory: int
    time: timedelta


@value
class Call:
    """A file of the harness to run by a `python` in a `folder` of its own, for `subject`.

    `given` are the URLs that it finds in its variables.
    """

    subject: str
    python: Path
    file: Path
    folder: Path
    given: Mapping[str, Secret]
    bounds: Bounds


def run(call: Call) -> int:
    """Run a file to its end; return its exit status, negative for a signal. Raises `FinalError` beyond its time."""
    process = subprocess.Popen(  # noqa: S603  # approved code, in an environment of its own
        _command(call),
        cwd=call.folder,
        env=_variables(call),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        encoding="utf-8",
        errors="replace",
    )
    assert process.stdout is not None  # noqa: S101  # it was asked for
    reader = Thread(target=_log, args=(call, process.stdout), daemon=True)
    reader.start()
    try:
        return process.wait(call.bounds.time.total_seconds())
    except subprocess.TimeoutExpired:
        message = f"the code of `{call.subject}` was stopped: it ran for longer than {length_text(call.bounds.time)}"
        raise FinalError(message, hint="make it faster, or allow it more: `run: {timeout: 2h}`") from None
    finally:
        _end(process)
        reader.join(timeout=5)


def _command(call: Call) -> list[str]:
    harness = [bounded.__file__, str(call.bounds.memory), str(call.file)]
    return [str(call.python), "-I", "-B", *harness, str(call.folder)]


def without_secrets(text: str, given: Mapping[str, Secret]) -> str:
    """Return a text in which no secret of those given can be read."""
    for word in sorted(_words(given), key=len, reverse=True):
        text = text.replace(word, "***")
    return text


def _words(given: Mapping[str, Secret]) -> set[str]:
    """Return what must not be shown: URLs, and the passwords in them as they are written and as they are meant."""
    urls = [secret.reveal() for secret in given.values()]
    passwords = [word for url in urls if (word := _password(url))]
    return {*urls, *passwords, *map(unquote, passwords)}


def _password(url: str) -> str | None:
    with suppress(ValueError):
        return urlsplit(url).password
    found = re.search(r"://[^/@]*?:([^/@]+)@", url)
    return found[1] if found else None


def _variables(call: Call) -> dict[str, str]:
    home = str(call.folder)
    own = {"HOME": home, "TMPDIR": home, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC"}
    return own | {name: secret.reveal() for name, secret in call.given.items()}


def _log(call: Call, lines: IO[str]) -> None:
    for number, line in enumerate(lines):
        if number < _LINES and line.strip():
            log.info("%s: %s", call.subject, without_secrets(line.rstrip(), call.given)[:_LINE])
    lines.close()


def _end(process: subprocess.Popen[str]) -> None:
    """End a process and all that it started, and wait until it has."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
