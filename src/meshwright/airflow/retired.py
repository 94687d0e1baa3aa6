"""Retired: which products ran here lately, and are in the release no more?

Airflow stops the runs of a DAG that it finds in no file. The DAG of a retired product therefore stays for a while,
without a schedule: the runs that are going on end on the release that they began with, and no other begins.
"""

import logging
import os
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from meshwright.model.errors import MeshError
from meshwright.release.shard import Line, lines_of

if TYPE_CHECKING:  # only what looks for a release needs them
    from meshwright.model.identity import Digest
    from meshwright.release.log import History
    from meshwright.release.store import ReleaseStore

log = logging.getLogger(__name__)

KEPT_FOR = timedelta(days=7)
"""How long a DAG stays after the last release that had its product: longer than a run takes."""

_LINES = "retired.jsonl"


def note_retired(folder: Path, store: "ReleaseStore", release: "Digest", before: Iterable["Digest"]) -> None:
    """Write down what ran in the releases `before`, the newest first, and is not in the one that lies in `folder`."""
    from meshwright.release.graph import listing_of

    found = dict.fromkeys(listing_of(store, release).heads, b"")
    for earlier in before:
        try:
            found = {address: head.line for address, head in listing_of(store, earlier).heads.items()} | found
        except MeshError as error:  # what can no longer be read cannot hold back what is new
            log.warning("nothing of release %s is kept: %s", earlier.short, error.message)
    draft = folder / f".{_LINES}.{os.getpid()}"
    draft.write_bytes(b"".join(line for _, line in sorted(found.items())))
    draft.replace(folder / _LINES)


def read_retired(folder: Path) -> Iterator[Line]:
    """Yield the lines of retired products, as they were when they were released last."""
    noted = folder / _LINES
    return lines_of(noted.read_bytes()) if noted.exists() else iter(())


def ran_lately(known: "History", environment: str) -> list["Digest"]:
    """Return what has run in an environment until at most `KEPT_FOR` before its newest pointer, the newest first."""
    ran = [(known.entries[sequence].at, release) for sequence, release in known.pointers(environment)]
    ended = {release: end for (_, release), (end, _) in pairwise(ran)}
    lately = [release for release, end in ended.items() if ran[-1][0] - end <= KEPT_FOR]
    return sorted(lately, key=lambda release: ended[release], reverse=True)
