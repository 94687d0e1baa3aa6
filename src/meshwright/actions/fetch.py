"""Fetch: move a repository on to what its mesh runs now, and bring what others have released.

The log is verified under the pinned root key, and must still hold the record that mesh.lock names: who goes back behind
it is refused. mesh.lock moves last, when all of the release is here.
"""

import os
import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from meshwright.gate.changes.change import Change, port_of, product_of
from meshwright.gate.changes.compare import compare
from meshwright.gate.effects.version import Part, consequence
from meshwright.graph.graph import MeshGraph
from meshwright.manifest.elsewhere import Elsewhere
from meshwright.manifest.load import load
from meshwright.manifest.lock import Lock, lock_text
from meshwright.model.address import PortAddress
from meshwright.model.errors import Corrupt, NotFound, Refused
from meshwright.model.naming import LOCK_FILE
from meshwright.model.value import value
from meshwright.release.copy import Brought, Copy, Told
from meshwright.release.graph import graph_of
from meshwright.release.log import History
from meshwright.workspace.trust import history, root_key
from meshwright.workspace.workspace import Workspace


@value
class News:
    """Something that changed in a port that is read here, and the part of its version that it counts up."""

    change: Change
    part: Part


@value
class Fetched:
    """What the repository is pinned to now and was before, what was brought, and what is new in what it reads."""

    lock: Lock
    before: Lock | None
    brought: Brought
    products: int
    news: tuple[News, ...] = ()

    @property
    def is_new(self) -> bool:
        """Tell whether mesh.lock has changed."""
        return self.before is None or lock_text(self.before) != lock_text(self.lock)


def fetch(workspace: Workspace, told: Told, store: str | None = None) -> Fetched:
    """Pin the repository to what its environment runs now; `store` is how a new mesh.lock names the store.

    Raises `NotFound` where nothing runs, `Corrupt` or `Refused` for a store that cannot be trusted.
    """
    before = workspace.lock
    known = history(workspace)
    pointer = known.pointer(workspace.settings.environment)
    if pointer is None:
        raise NotFound(f"nothing runs in `{workspace.settings.environment}` yet", hint=_environments(known))
    head, release = pointer
    named = store or (before.store if before else workspace.settings.store)
    lock = Lock(named, workspace.settings.environment, root_key(workspace), release, head.sequence, head.digest)
    copy = Copy(workspace.fetched)
    brought = copy.fetch(workspace.store(), release, told)
    graph = graph_of(copy, release)
    news = _news(workspace.root, _known(copy, before), graph)
    if before is None or lock_text(before) != lock_text(lock):
        _write(workspace.root / LOCK_FILE, lock_text(lock))
    return Fetched(lock, before, brought, len(graph.order), news)


def fetch_locked(workspace: Workspace, told: Told) -> Fetched:
    """Bring just the release that mesh.lock names, as after a clone; change nothing. Raises as `fetch` does."""
    lock = workspace.lock
    if lock is None:
        raise NotFound(f"there is no {LOCK_FILE} here", hint="`mesh fetch --store URL --key KEY` makes it")
    known = history(workspace)
    if (lock.record, lock.release) not in known.pointers(lock.environment):
        raise Corrupt(f"record {lock.record} of the log does not make `{lock.environment}` run {lock.release.short}")
    known.refuse_revoked(lock.release)
    copy = Copy(workspace.fetched)
    brought = copy.fetch(workspace.store(), lock.release, told)
    return Fetched(lock, lock, brought, len(graph_of(copy, lock.release).order))


def pinned(workspace: Workspace, store: str, key: str | None) -> tuple[Workspace, str]:
    """Return a workspace that is not pinned yet, at a store and under a root key, and the store as mesh.lock names it.

    Where no environment was asked for, and the store serves a single one, it is that.
    """
    settings, named = workspace.settings, store
    if "://" not in store:
        folder = Path(store).expanduser().resolve()
        if not folder.is_dir():
            raise NotFound(
                f"there is no store {folder}", hint="give its folder, `gs://bucket/path` or `s3://bucket/path`"
            )
        store, named = str(folder), os.path.relpath(folder, workspace.root)
    found = replace(workspace, settings=replace(settings, store=store, root_key=key or settings.root_key), lock=None)
    origin = next((s.origin for s in settings.shown if s.name == "environment"), "default")
    served = found.log().verify(root_key(found)).environments if origin == "default" else ()
    if len(served) > 1:
        raise Refused(
            f"the store serves {', '.join(f'`{e}`' for e in served)}", hint="say `--env` which of them to follow"
        )
    environment = served[0] if served else settings.environment
    return replace(found, settings=replace(found.settings, environment=environment)), named


def _environments(known: History) -> str:
    served = ", ".join(f"`{e}`" for e in known.environments)
    return f"`--env` is one of {served}" if served else "`mesh deploy` makes a release run"


def _known(copy: Copy, lock: Lock | None) -> MeshGraph | None:
    return graph_of(copy, lock.release) if lock and copy.has(lock.release) else None


def _news(root: Path, before: MeshGraph | None, now: MeshGraph) -> tuple[News, ...]:
    """Return what has changed, since the release before, in the ports that products here read."""
    if before is None:
        return ()
    ports = set(_read_here(root, before)) | set(_read_here(root, now))
    products = {port.product for port in ports}
    changes = (
        c for c in compare(before, now) if port_of(c) in ports or (port_of(c) is None and product_of(c) in products)
    )
    return tuple(News(change, consequence(change)) for change in changes)


def _read_here(root: Path, graph: MeshGraph) -> Iterator[PortAddress]:
    loaded = load(root, elsewhere=Elsewhere(graph.mesh))
    for product in loaded.mesh.products:
        if product.address.domain in loaded.here:
            yield from (p.port for p in product.inputs if p.port and p.port.product.domain not in loaded.here)


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    draft.write_text(text)
    draft.replace(path)
