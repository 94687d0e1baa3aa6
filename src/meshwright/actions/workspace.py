"""Workspace: the things an action works on, opened only when they are asked for.

The one place where settings become an engine, a database, a store. Actions take a workspace and a `now`; they open
nothing themselves.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from meshwright.actions.settings import Settings, resolve
from meshwright.model.errors import NotFound
from meshwright.model.identity import Connections, Secret
from meshwright.model.naming import connection_variable

if TYPE_CHECKING:  # each brings a driver: loaded only by the action that needs it
    from meshwright.engine.protocol import Engine
    from meshwright.observe.store import Observations
    from meshwright.release.log import Log
    from meshwright.release.store import ReleaseStore


@dataclass(frozen=True, slots=True)
class Workspace:
    """A mesh's folder (where there is one) and the settings of one environment."""

    root: Path
    settings: Settings
    connections: Connections

    @property
    def cache(self) -> Path:
        """Where what can be made again is kept."""
        return self.root / ".mesh" / "cache"

    def engine(self) -> "Engine":
        """Open the environment's engine."""
        from meshwright.engine.registry import open_engine

        settings = self.settings
        return open_engine(settings.engine, settings.data, connections=self.connections, memory=settings.memory)

    def observations(self) -> "Observations":
        """Open the database of observations."""
        from meshwright.observe.store import Observations

        return Observations(self.settings.database)

    def store(self) -> "ReleaseStore":
        """Open the store of releases."""
        from meshwright.release.store import ReleaseStore

        return ReleaseStore(self.settings.store)

    def log(self) -> "Log":
        """Open the log of signed records."""
        from meshwright.release.log import Log

        return Log(self.settings.store)


def open_workspace(root: Path, variables: Mapping[str, str], flags: Mapping[str, str]) -> Workspace:
    """Open the mesh at `root` on a machine with these environment variables."""
    from meshwright.manifest.load import environments

    settings = resolve(root, environments(root), variables, flags)
    return Workspace(root, settings, variable_connections(variables))


def released_workspace(variables: Mapping[str, str], connections: Connections) -> Workspace:
    """Open an environment where no manifests are, such as an Airflow worker: all comes from variables."""
    root = Path(variables.get("MESH_HOME", Path.cwd()))
    return Workspace(root, resolve(root, (), variables, {}), connections)


def variable_connections(variables: Mapping[str, str] = os.environ) -> Connections:
    """Resolve connections from `MESH_CONN_<NAME>`."""

    def connection(name: str) -> Secret | None:
        url = variables.get(connection_variable(name))
        return Secret(url) if url else None

    return connection


def find_root(start: Path) -> Path:
    """Return the nearest folder upwards that holds a mesh. Raises `NotFound`."""
    for folder in (start, *start.parents):
        if (folder / "mesh.yaml").is_file() or (folder / "mesh.lock").is_file():
            return folder
    raise NotFound(f"no mesh.yaml in {start} or above", hint="go into a mesh's folder, or say `--mesh PATH`")
