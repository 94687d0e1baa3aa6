"""Trust: whose word counts here?

The root's public key is pinned where an environment is set up: by `MESH_ROOT_KEY`, or by the file that the first use
made. Private keys lie in a folder of the person or service that signs, never in a mesh: what is in a mesh is in git.
"""

import json
import secrets
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from meshwright.model import codec
from meshwright.model.errors import Corrupt, NotFound, Refused
from meshwright.model.identity import Digest
from meshwright.release.entry import GATE, ROOT, Body, Delegated
from meshwright.release.keys import SigningKey, kept_key, load_key
from meshwright.release.log import Head, History
from meshwright.workspace.workspace import Workspace

if TYPE_CHECKING:
    from meshwright.graph.graph import MeshGraph

_GATE_FILE = "gate.key"


def root_key(workspace: Workspace) -> str:
    """Return the public key that releases must be signed under here. Raises `NotFound` when none is pinned."""
    pinned = workspace.settings.root_key
    if pinned:
        return pinned
    try:
        return _pin(workspace).read_text().strip()
    except FileNotFoundError:
        hint = "set MESH_ROOT_KEY to the public key of the environment's root"
        raise NotFound("no root key is pinned here, so no release can be trusted", hint=hint) from None


def history(workspace: Workspace) -> History:
    """Return the environment's log, verified, and not shorter than it was seen here before.

    Raises `NotFound` before the first release, `Corrupt` for a log that cannot be trusted.
    """
    verified = workspace.log().verify(root_key(workspace), *_seen(workspace))
    _remember(workspace, verified.head)
    return verified


def current_release(workspace: Workspace) -> Digest:
    """Return the release that the environment runs. Raises `NotFound`, `Corrupt` or `Refused` when there is none."""
    environment = workspace.settings.environment
    found = history(workspace).current(environment)
    if found is None:
        raise NotFound(f"nothing is deployed in `{environment}` yet", hint="`mesh deploy` makes a release run")
    return found


def gate_key(workspace: Workspace, now: datetime) -> SigningKey:
    """Return the key that the gate signs with; on the first use of an environment, make it and the root's.

    Raises `Refused` where the gate's key is not kept: only the gate's own machine may sign for it.
    """
    keys = workspace.settings.keys
    if keys.resolve().is_relative_to(workspace.root.resolve()):
        raise Refused(f"private keys must not lie in the mesh, but {keys} does", hint="set MESH_KEYS to another folder")
    if workspace.lock is None and workspace.log().is_empty:
        return _set_up(workspace, now)
    trusted = history(workspace).gate_key
    key = load_key(keys / _GATE_FILE)
    if key.public != trusted:
        raise Refused(f"the gate's key in {keys} is not the one that this environment's root trusts")
    return key


def gate_key_here(workspace: Workspace, now: datetime) -> SigningKey | None:
    """Return the gate's key where it is kept, as `gate_key` does; None on machines that only propose and approve."""
    return gate_key(workspace, now) if is_gate_here(workspace) else None


def is_gate_here(workspace: Workspace) -> bool:
    """Tell whether the gate's key is kept here, or would be: on the first use of an environment it is made."""
    begun = workspace.lock is not None or not workspace.log().is_empty
    return not begun or (workspace.settings.keys / _GATE_FILE).exists()


def voice(
    workspace: Workspace, current: "MeshGraph | None", person: str, now: datetime, *, instead: bool = False
) -> tuple[str, SigningKey]:
    """Return who signs for a person: they with their own key if `current` knows one, else the gate.

    `instead`: the gate may also sign where their key is not here, for what need not be their own word.
    """
    known = current.mesh.person(person) if current else None
    if known is None or known.public_key is None:
        return GATE, gate_key(workspace, now)
    if instead and not (workspace.settings.keys / f"{person}.key").exists():
        return GATE, gate_key(workspace, now)
    key = load_key(workspace.settings.keys / f"{person}.key")
    if key.public != known.public_key:
        raise Refused(f"the private key of `{person}` here is not the one that the mesh knows")
    return person, key


def record(
    workspace: Workspace, body: Body, signer: tuple[str, SigningKey], now: datetime, *, after: Head | None = None
) -> None:
    """Write a record into the log, signed by `signer`, and remember here that it is there."""
    name, key = signer
    entry = workspace.log().append(body, name, key, now, after=after)
    _remember(workspace, Head(entry.sequence, entry.digest))


def _set_up(workspace: Workspace, now: datetime) -> SigningKey:
    """Make what is missing of the root's and the gate's keys, and let the root say which key is the gate's."""
    keys = workspace.settings.keys
    root, gate = kept_key(keys / "root.key"), kept_key(keys / _GATE_FILE)
    pinned = workspace.settings.root_key
    if pinned and pinned != root.public:
        raise Refused(
            f"the root key in {keys} is not the one that is pinned here", hint="set MESH_KEYS or MESH_ROOT_KEY"
        )
    record(workspace, Delegated(gate.public), (ROOT, root), now)
    return gate


def _pin(workspace: Workspace) -> Path:
    return workspace.settings.keys / "root.pub"


def _memory(workspace: Workspace) -> Path:
    return workspace.state / "log-head.json"


def _seen(workspace: Workspace) -> Iterator[Head]:
    """Yield what this machine has seen of the log, and what whoever committed mesh.lock has."""
    if workspace.lock is not None:
        yield Head(workspace.lock.record, workspace.lock.record_digest)
    try:
        yield codec.load(Head, json.loads(_memory(workspace).read_bytes()))
    except FileNotFoundError:
        return
    except (ValueError, KeyError, TypeError):
        hint = "hold the log against a copy of it; then remove this file, and it is made again"
        raise Corrupt(f"{_memory(workspace)}, what was seen of the log before, cannot be read", hint=hint) from None


def _remember(workspace: Workspace, head: Head) -> None:
    """Keep the last record that was seen, so that nobody can take it back; where nothing can be kept, it is not."""
    path = _memory(workspace)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(codec.canonical(codec.dump(head)))
        draft.replace(path)
    except OSError:
        return
