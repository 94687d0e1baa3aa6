"""Revoked: must a release that lies here already not run any more?

A task that starts asks a small file beside the laid-out releases. Whoever finds it older than `LOOK_AGAIN` looks at the
log, and writes it anew: one task in a minute pays for that, and all others a few microseconds. Where the log cannot be
reached, what was known before counts, and Airflow's log says so: a store that is down must not stop what was allowed.
"""

import json
import logging
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from meshwright.model.errors import MeshError, Refused

if TYPE_CHECKING:
    from meshwright.airflow.operators import Pinned
    from meshwright.workspace.workspace import Workspace

log = logging.getLogger(__name__)

LOOK_AGAIN = 60.0
"""Seconds after which a worker looks at the log again."""

_FILE = "revoked.json"


def refuse_revoked(pinned: "Pinned", workspace: "Workspace") -> None:
    """Raise `Refused` when the release that a task belongs to was revoked, as far as is known here."""
    noted = pinned.folder.parents[1] / _FILE
    try:
        age = time.time() - noted.stat().st_mtime
    except FileNotFoundError:
        age = LOOK_AGAIN
    if not 0 <= age < LOOK_AGAIN:
        _look(noted, workspace)
    reason = _known(noted).get(pinned.release)
    if reason is not None:
        hint = "clear the run to the release that runs now"
        raise Refused(f"release {pinned.release[:12]} was revoked: {reason}", hint=hint)


def _look(noted: Path, workspace: "Workspace") -> None:
    """Write down what the log says now, for the tasks on this machine."""
    from meshwright.workspace.trust import history

    try:
        revoked = history(replace(workspace, root=noted.parent)).revoked
    except MeshError as error:
        log.warning("whether a release was revoked is not known anew: %s", error.message)
        noted.touch()  # the next tasks need not wait for the same
        return
    draft = noted.with_name(f".{_FILE}.{os.getpid()}")
    draft.write_text(json.dumps({str(release): reason for release, reason in revoked.items()}))
    draft.replace(noted)


def _known(noted: Path) -> dict[str, str]:
    content = noted.read_bytes()
    known: dict[str, str] = json.loads(content) if content else {}
    return known
