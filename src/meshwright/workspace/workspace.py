"""Workspace: the things an action works on, opened only when they are asked for.

The one place where settings become an engine, a database, a store. Actions take a workspace and a `now`; they open
nothing themselves.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from meshwright.engine.attendant import ALONE, Attendant
from meshwright.model.errors import Busy, NotFound, Refused
from meshwright.model.identity import Connections, Keys, Secret
from meshwright.model.mesh import Environment
from meshwright.model.naming import (
    CACHE,
    FETCHED,
    LOCK_FILE,
    MESH_FILE,
    connection_variable,
    key_variable,
    state_folder,
)
from meshwright.model.value import value
from meshwright.workspace.settings import Settings, resolve

if TYPE_CHECKING:  # each brings a driver: loaded only by the action that needs it
    from meshwright.engine.protocol import Engine
    from meshwright.manifest.lock import Lock
    from meshwright.observe.store import Observations
    from meshwright.release.log import Log
    from meshwright.release.store import ReleaseStore


@value
class Workspace:
    """A mesh's folder (where there is one), what it is pinned to, and the settings of one environment.

    `attendant` is for whom its engine works.
    """

    root: Path
    settings: Settings
    connections: Connections
    keys: Keys
    lock: "Lock | None" = None
    attendant: Attendant = ALONE

    @property
    def cache(self) -> Path:
        """Where what can be made again is kept."""
        return self.root / CACHE

    @property
    def state(self) -> Path:
        """What the environment keeps on this machine."""
        return self.root / state_folder(self.settings.environment)

    @property
    def is_apart(self) -> bool:
        """Tell whether the repository holds domains of a mesh that is elsewhere, and not a mesh."""
        from meshwright.manifest.layout import is_domain_repository  # an Airflow task never asks, and reads no manifest

        return is_domain_repository(self.root)

    @property
    def fetched(self) -> Path:
        """Where the releases are that `mesh fetch` brought."""
        return self.root / FETCHED

    def engine(self) -> "Engine":
        """Open the environment's engine."""
        from meshwright.engine.registry import open_engine

        settings = self.settings
        return open_engine(
            settings.engine,
            settings.data,
            connections=self.connections,
            keys=self.keys,
            memory=settings.memory,
            attendant=self.attendant,
        )

    def observations(self) -> "Observations":
        """Open the database of observations."""
        from meshwright.observe.store import Observations

        return Observations(self.settings.database)

    def store(self) -> "ReleaseStore":
        """Open the store of releases."""
        from meshwright.release.store import ReleaseStore

        return ReleaseStore(self._store)

    def log(self) -> "Log":
        """Open the log of signed records."""
        from meshwright.release.log import Log

        return Log(self._store)

    @property
    def _store(self) -> str:
        """Where the releases are. A repository that is pinned to a store never begins one of its own."""
        store = self.settings.store
        if self.lock is None and (self.root / LOCK_FILE).is_file():
            raise Refused(f"{LOCK_FILE} cannot be used", hint="`mesh validate` shows what is wrong with it")
        if self.lock is not None and "://" not in store and not Path(store).is_dir():
            raise Busy(f"the store {store}, which {LOCK_FILE} names, is not there", hint="see that it is mounted")
        return store


def open_workspace(root: Path, variables: Mapping[str, str], flags: Mapping[str, str]) -> Workspace:
    """Open the mesh at `root` on a machine with these environment variables."""
    lock = _lock(root) if (root / LOCK_FILE).is_file() else None
    settings = resolve(root, _environments(root), variables, flags, lock)
    return Workspace(root, settings, variable_connections(variables), variable_keys(variables), lock)


def _lock(root: Path) -> "Lock | None":
    from meshwright.manifest.lock import read_lock
    from meshwright.manifest.text.problems import Problems

    return read_lock(root, Problems())


def _environments(root: Path) -> tuple[Environment, ...]:
    """Return what mesh.yaml declares. Where nothing is kept yet, nothing is begun for it."""
    from meshwright.compiler.cache import FILE, open_cache
    from meshwright.manifest.environments import environments

    if not (root / CACHE / FILE).is_file():
        return environments(root)
    with open_cache(root / CACHE) as kept:
        return environments(root, kept)


def released_workspace(variables: Mapping[str, str], connections: Connections, keys: Keys | None = None) -> Workspace:
    """Open an environment where no manifests are, such as an Airflow worker: all comes from variables."""
    root = Path(variables.get("MESH_HOME", Path.cwd()))
    return Workspace(root, resolve(root, (), variables, {}), connections, keys or variable_keys(variables))


def variable_connections(variables: Mapping[str, str] = os.environ) -> Connections:
    """Resolve connections from `MESH_CONN_<NAME>`."""

    def connection(name: str) -> Secret | None:
        url = variables.get(connection_variable(name))
        return Secret(url) if url else None

    return connection


def variable_keys(variables: Mapping[str, str] = os.environ) -> Keys:
    """Resolve the keys of subject spaces from `MESH_KEY_<SPACE>`."""

    def key(space: str) -> Secret | None:
        found = variables.get(key_variable(space))
        return Secret(found) if found else None

    return key


def find_root(start: Path) -> Path:
    """Return the nearest folder upwards that holds a mesh. Raises `NotFound`."""
    for folder in (start, *start.parents):
        if (folder / MESH_FILE).is_file() or (folder / LOCK_FILE).is_file():
            return folder
    raise NotFound(
        f"no {MESH_FILE} or {LOCK_FILE} in {start} or above", hint="go into a mesh's folder, or say `--mesh PATH`"
    )
