"""Revoke: a release must not run anywhere any more. No pointer moves: what still names it is told."""

from datetime import datetime

from meshwright.model.errors import Refused
from meshwright.model.identity import Digest
from meshwright.release.entry import GATE, Revoked
from meshwright.workspace.against import release_named
from meshwright.workspace.trust import gate_key, history, record
from meshwright.workspace.workspace import Workspace


def revoke(workspace: Workspace, release: str, reason: str, now: datetime) -> tuple[Digest, tuple[str, ...]]:
    """Revoke the release whose digest begins so; return it, and the environments whose pointer still names it.

    Raises `NotFound`, or `Refused` for one that is revoked already.
    """
    key = gate_key(workspace, now)
    known = history(workspace)
    found = release_named(known, release)
    if found in known.revoked:
        raise Refused(f"release {found.short} was revoked before: {known.revoked[found]}")
    record(workspace, Revoked(found, reason), (GATE, key), now)
    return found, tuple(e for e in known.environments if known.pointers(e)[-1][1] == found)
