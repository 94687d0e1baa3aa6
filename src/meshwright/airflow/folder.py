"""Folder: a release as Airflow reads it: its files, a loader for each shard, and what this environment adds.

The folder's name is the release's digest, so that whoever reads a file of it knows what it must be. What is laid out is
never changed; only the notice beside it may say that a newer release was refused.
"""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from meshwright.model.errors import Refused
from meshwright.model.naming import RECONCILER_FILE, loader_file, shard
from meshwright.model.time import instant, instant_text
from meshwright.release.shard import read_shards

if TYPE_CHECKING:  # only what lays out a release needs them; every task reads one that lies there
    from meshwright.model.identity import Digest
    from meshwright.release.store import ReleaseStore

NOTICE, REFUSAL, RETIRED = "mesh_release.py", "refusal.txt", "mesh_retired.py"

_LOADER = '''"""The DAGs of one shard of this release."""

from meshwright.airflow.loader import load

globals().update(load(__file__, "{shard}"))
'''
_RECONCILER = '''"""The DAG that starts missing runs."""

from meshwright.airflow.reconciler import reconciler_dag

reconciler = reconciler_dag()
'''
_NOTICE = '''"""No DAG: this file fails to import when a newer release had to be refused, and says why."""

from meshwright.airflow.folder import raise_refusal

raise_refusal(__file__)
'''
_ENVIRONMENT = "environment.json"
_RETIRED_LOADER = '''"""The DAGs of products that ran here lately and were retired, until their runs have ended."""

from meshwright.airflow.loader import load_retired

globals().update(load_retired(__file__))
'''
_IGNORED = "products/\nshards/\n"


def lay_out(store: "ReleaseStore", release: "Digest", folder: Path, deployed: datetime, spare: int = 0) -> None:
    """Lay a release out; `deployed` is when its environment ran anything first. What is there already is left.

    `spare` is how many loaders each domain gets beyond its shards: Airflow looks for a product in the file that it is
    in today, also in a release of which that domain had fewer.
    """
    store.materialise(release, folder)
    _write(folder / _ENVIRONMENT, json.dumps({"deployed": instant_text(deployed)}))
    for entry in read_shards(folder, str(release)):
        domain, _, number = entry["name"].rpartition("-")
        for n in range(int(number), int(number) + spare + 1):
            _write(folder / loader_file(domain, n), _LOADER.format(shard=shard(domain, n)))
    _write(folder / RETIRED, _RETIRED_LOADER)
    _write(folder / RECONCILER_FILE, _RECONCILER)
    lay_out_notice(folder)


def lay_out_notice(folder: Path) -> None:
    """Lay out what every folder has, also one without a release. Written last: where it is, all is."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / ".airflowignore", _IGNORED)
    _write(folder / NOTICE, _NOTICE)


def is_laid_out(folder: Path) -> bool:
    """Tell whether a release lies there, whole."""
    return (folder / NOTICE).exists()


def first_deployed(folder: Path) -> datetime:
    """Return when the environment of this folder ran anything first."""
    return instant(json.loads((folder / _ENVIRONMENT).read_bytes())["deployed"])


def note_refusal(folder: Path, message: str | None) -> None:
    """Let Airflow show why a newer release was refused; None when there is nothing to say any more."""
    noted = folder / REFUSAL
    before = noted.read_text() if noted.exists() else None
    if message == before:
        return
    if message is None:
        noted.unlink()
    else:
        noted.write_text(message)
    os.utime(folder / NOTICE)  # Airflow reads again what is newer than its last look


def raise_refusal(notice: str) -> None:
    """Raise `Refused` when a refusal is noted beside the notice."""
    noted = Path(notice).resolve().parent / REFUSAL
    if noted.exists():
        raise Refused(noted.read_text())


def show_again(folder: Path) -> None:
    """Make Airflow read the DAG files of a folder that has been laid out before."""
    for file in folder.glob("*.py"):
        os.utime(file)


def _write(path: Path, text: str) -> None:
    """Write a file that is not there yet: whole, or not at all."""
    if path.exists():
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text(text)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
