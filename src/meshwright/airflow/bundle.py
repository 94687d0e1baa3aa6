"""Bundle: the release that the gate let through, as the folder that Airflow reads its DAGs from.

The version of the bundle is the release's digest, so that a run stays on its release while the next one goes live. All
that Airflow is shown was verified first: the log's signatures under the root key, then the digest of every byte. A
release that is refused leaves the last verified one current, and shows as an import error of its own. A revoked one is
laid out for a run that is cleared to it: its tasks refuse, and are not tried again, where Airflow would try a bundle.
"""

import logging
import os
import shutil
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from airflow.dag_processing.bundles.base import BaseDagBundle, BundleVersion

from meshwright.airflow.folder import is_laid_out, lay_out, lay_out_notice, note_refusal, show_again
from meshwright.airflow.retired import note_retired, ran_lately
from meshwright.model.errors import MeshError, NotFound, Refused

if TYPE_CHECKING:  # what verifies the log is only loaded to look for a release: every task loads this module
    from meshwright.model.identity import Digest
    from meshwright.release.log import History
    from meshwright.workspace.workspace import Workspace

log = logging.getLogger(__name__)

_NOTHING = "nothing"
_SPARE = 8  # shards that a domain may grow by while one run goes on: two thousand products
_KEPT = 3  # a file of the release before may be being read while the next one is put in its place


class MeshBundle(BaseDagBundle):
    """What one environment runs, said by `MESH_ENVIRONMENT`, `MESH_STORE` and `MESH_ROOT_KEY`."""

    supports_versioning = True

    @property
    def path(self) -> Path:
        """The folder of the pinned release, or the link that always leads to the current one."""
        return self.versions_dir / self.version if self.version else self.base_dir / "current"

    def initialize(self) -> None:
        """Lay out the pinned release, or the current one."""
        with self.lock():
            if not self.version:
                self.refresh()
            elif not is_laid_out(self.path):
                from meshwright.model.identity import Digest

                self._lay_out(Digest(self.version), self.path, self._history(), spare=_SPARE)
        super().initialize()

    def get_current_version(self) -> BundleVersion | None:
        """Return the digest of the release that `path` leads to; None before the first."""
        shown = self.version or self._shown()
        return None if shown is None else BundleVersion(shown)

    def refresh(self) -> None:
        """Go to the release that the environment's pointer names; stay where it must be refused."""
        if self.version:
            raise RuntimeError("a pinned release never changes")
        with self.lock():
            try:
                self._go_to(self._history())
            except MeshError as error:
                log.warning("release %s stays current: %s", self._shown() or _NOTHING, error.message)
                self._stay(error)

    def _go_to(self, known: "History") -> None:
        from meshwright.airflow.pools import make_pools

        environment = self._workspace.settings.environment
        current = known.current(environment)
        if current is None:
            raise NotFound(f"nothing has been deployed to `{environment}` yet")
        folder = self.base_dir / "releases" / str(current)
        if not is_laid_out(folder):
            self._lay_out(current, folder, known)
        is_news = str(current) != self._shown()
        make_pools(folder, anew=is_news)
        if is_news:
            note_retired(folder, self._workspace.store(), current, ran_lately(known, environment))
            self._point(folder)
        note_refusal(folder, None)

    def _stay(self, error: MeshError) -> None:
        """Keep the last verified release; where there is none, show an empty folder that says why."""
        if self._shown() is None:
            folder = self.base_dir / "releases" / _NOTHING
            lay_out_notice(folder)
            self._point(folder)
        note_refusal(self.path, f"{error.message}\n{error.hint}".rstrip())

    def _lay_out(self, release: "Digest", folder: Path, known: "History", spare: int = 0) -> None:
        if not known.made(release):
            raise Refused(f"the gate never made a release {release.short}")
        lay_out(self._workspace.store(), release, folder, self._first_deployment(known), spare)

    def _history(self) -> "History":
        from meshwright.workspace.trust import history

        return history(self._workspace)

    def _first_deployment(self, known: "History") -> datetime:
        from meshwright.release.entry import Pointed

        environment = self._workspace.settings.environment
        bodies = ((entry.at, entry.body) for entry in known.entries)
        return next(at for at, body in bodies if isinstance(body, Pointed) and body.environment == environment)

    @property
    def _workspace(self) -> "Workspace":
        from meshwright.workspace.workspace import released_workspace, variable_connections

        return released_workspace({**os.environ, "MESH_HOME": str(self.base_dir)}, variable_connections())

    def _shown(self) -> str | None:
        """Return the release that the link leads to, whichever process has put it there."""
        link = self.base_dir / "current"
        name = link.resolve().name if link.is_symlink() else _NOTHING
        return None if name == _NOTHING else name

    def _point(self, folder: Path) -> None:
        """Let the link lead to another folder, in one step; forget folders that nobody reads any more."""
        show_again(folder)
        draft = self.base_dir / f".current.{os.getpid()}"
        draft.unlink(missing_ok=True)
        draft.symlink_to(folder)
        draft.replace(self.base_dir / "current")
        folders = sorted(folder.parent.iterdir(), key=lambda f: f.stat().st_mtime, reverse=True)
        os.utime(folder)
        for old in folders[_KEPT:]:
            if old != folder:
                shutil.rmtree(old, ignore_errors=True)
