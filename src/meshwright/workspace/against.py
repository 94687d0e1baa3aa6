"""Against: what is a plan compared with: the newest release, what an environment runs, or the files of a folder?

Where nothing is said it is the release that follows last what the environment runs: what is released next follows that.

Only a folder needs no store: a pull request can be held against a checkout of what it leads to.
"""

import os
from pathlib import Path

from meshwright.compiler.comparable import comparable
from meshwright.compiler.released import Released
from meshwright.graph.graph import MeshGraph
from meshwright.model.diagnostic import errors
from meshwright.model.errors import Busy, NotFound, Refused
from meshwright.model.identity import Digest
from meshwright.model.naming import LOCK_FILE, MESH_FILE
from meshwright.model.spelling import did_you_mean
from meshwright.model.value import value
from meshwright.release.chain import chain
from meshwright.release.copy import Copy
from meshwright.release.graph import graph_of
from meshwright.release.log import History
from meshwright.workspace.trust import history
from meshwright.workspace.workspace import Workspace

_WANTED = "give an environment, the beginning of a release's digest, or the path of a folder with a mesh"


@value
class Base:
    """Where a plan starts: the log as it is now, the release that is compared with, and its graph.

    `current` is the mesh of a folder where there is no release, and None where nothing runs yet.
    """

    history: History | None
    release: Digest | None
    current: MeshGraph | None


def base_of(workspace: Workspace, against: str | None) -> Base:
    """Return what a plan of this mesh starts from. Raises `NotFound` where `against` names nothing."""
    if against is None:
        return _newest(workspace)
    if _is_path(against):
        return _files(workspace, Path(against).expanduser())
    known = known_history(workspace)
    if known is not None and known.pointers(against):
        return _release(workspace, known, known.current(against))
    if against in _environments(workspace, known):
        return Base(known, None, None)
    if known is not None and _beginning(known, against):
        return _release(workspace, known, release_named(known, against))
    if Path(against).is_dir():
        return _files(workspace, Path(against))
    hint = did_you_mean(against, _environments(workspace, known), otherwise=_WANTED)
    raise NotFound(f"`{against}` is no environment, no release and no folder", hint=hint)


def _newest(workspace: Workspace) -> Base:
    """Return the release that follows last what runs; where the store cannot be reached, what was fetched of it."""
    try:
        known = known_history(workspace)
    except Busy:
        if workspace.lock is None:
            raise
        return _release(workspace, None, workspace.lock.release)
    return _release(workspace, known, chain(known, workspace.settings.environment).tip if known else None)


def known_history(workspace: Workspace) -> History | None:
    """Return the environment's log; None before its first record."""
    return None if workspace.lock is None and workspace.log().is_empty else history(workspace)


def release_named(known: History, text: str) -> Digest:
    """Return the release whose digest begins with `text`. Raises `NotFound` unless there is exactly one."""
    found = _beginning(known, text)
    if len(found) != 1 or len(text) < 4:
        what = "no release begins" if not found else f"{len(found)} releases begin"
        raise NotFound(f"{what} with `{text}`", hint="give more digits of its digest, at least four")
    return found[0]


def _beginning(known: History, text: str) -> list[Digest]:
    return sorted({m.release for m in known.made() if m.release.hex.startswith(text)})


def _environments(workspace: Workspace, known: History | None) -> set[str]:
    """Return the environments that the mesh declares, that run something, or that one stands in."""
    from meshwright.manifest.environments import environments  # what compares with what runs reads no manifest for it

    declared = {e.name for e in environments(workspace.root)}
    return {workspace.settings.environment, *declared, *(known.environments if known else ())}


def _is_path(text: str) -> bool:
    return os.sep in text or text in (".", "..") or text.startswith("~")


def _release(workspace: Workspace, known: History | None, release: Digest | None) -> Base:
    return Base(known, release, None if release is None else released_graph(workspace, release))


def released_graph(workspace: Workspace, release: Digest) -> MeshGraph:
    """Return the graph of a release; a repository that is pinned to a mesh keeps what it has fetched."""
    if workspace.lock is None:
        return graph_of(workspace.store(), release)
    copy = Copy(workspace.fetched)
    if not copy.has(release):
        copy.fetch(workspace.store(), release)
    return graph_of(copy, release)


def _files(workspace: Workspace, folder: Path) -> Base:
    """Return the mesh of another folder; of a domain's repository, beside the release that this one is pinned to."""
    if not any((folder / name).is_file() for name in (MESH_FILE, LOCK_FILE)):
        what = "holds no mesh" if folder.is_dir() else "is no folder"
        raise NotFound(f"{folder} {what}", hint=f"give a folder with a {MESH_FILE} or {LOCK_FILE} in it")
    pinned = None if workspace.lock is None else Released(graph_of(Copy(workspace.fetched), workspace.lock.release))
    compiled = comparable(folder.resolve(), workspace.cache, pinned)
    if wrong := errors(compiled.diagnostics):
        many = f"{len(wrong)} errors, the first" if len(wrong) > 1 else "an error"
        message = f"the mesh in {folder} has {many} at {wrong[0].at}: {wrong[0].message}"
        raise Refused(message, hint=f"compare with a sound one; `mesh validate {folder}` shows all that is wrong")
    return Base(None, None, compiled.graph)
