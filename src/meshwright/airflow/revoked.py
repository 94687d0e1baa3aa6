"""Revoked: must a release that lies here already not run any more?

A task that starts asks a small file beside the releases. Whoever finds it older than `LOOK_AGAIN` looks at the log, and
writes it anew: one task in a minute pays for that, and all others a few microseconds. Where the log cannot be reached,
what was known before counts, and Airflow's log says so: a store that is down must not stop what was allowed.
"""

import json
import logging
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from meshwright.model.errors import MeshError, Refused

if TYPE_CHECKING:
    from meshwright.release.log import History

log = logging.getLogger(__name__)

LOOK_AGAIN = 60.0
"""Seconds after which a worker looks at the log again."""

_FILE = "revoked.json"


def refuse_revoked(folder: Path, release: str, history: Callable[[], "History"]) -> None:
    """Raise `Refused` when the release was revoked, as far as `folder` knows; `history` reads the log."""
    noted = folder / _FILE
    try:
        age = time.time() - noted.stat().st_mtime
    except FileNotFoundError:
        age = LOOK_AGAIN
    if not 0 <= age < LOOK_AGAIN:
        _look(noted, history)
    reason = _known(noted).get(release)
    if reason is not None:
        raise Refused(
            f"release {release[:12]} was revoked: {reason}", hint="clear the run to the release that runs now"
        )


def note_revoked(folder: Path, known: "History") -> None:
    """Write down what the log says now, for the tasks on this machine."""
    noted = folder / _FILE
    draft = folder / f".{_FILE}.{os.getpid()}"
    draft.write_text(json.dumps({str(release): reason for release, reason in known.revoked.items()}))
    draft.replace(noted)


def _look(noted: Path, history: Callable[[], "History"]) -> None:
    try:
        note_revoked(noted.parent, history())
    except MeshError as error:
        log.warning("whether a release was revoked is not known anew: %s", error.message)
        noted.touch()  # the next tasks need not wait for the same


def _known(noted: Path) -> dict[str, str]:
    content = noted.read_bytes()
    known: dict[str, str] = json.loads(content) if content else {}
    return known
