"""Lock: which mesh does this repository belong to, and which release was it last built against?

`mesh.lock` is written by `mesh fetch` and reviewed like any other file. It is read at the start of every command, so
nothing here loads pydantic.
"""

import re
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from meshwright.manifest.codes import Code
from meshwright.manifest.text.place import Place
from meshwright.manifest.text.problems import Problems
from meshwright.manifest.text.syntax import read_file
from meshwright.manifest.text.writing import yaml_text
from meshwright.model.diagnostic import Location
from meshwright.model.identity import Digest
from meshwright.model.naming import LOCK_FILE
from meshwright.model.spelling import did_you_mean
from meshwright.model.value import value

_HEAD = """\
# Written by `mesh fetch`: the mesh that this repository belongs to, and the release that it was last built against.
# Commit it. `mesh fetch` moves it on to what runs now; `mesh fetch --locked` brings just what it names.
"""
_HEX = re.compile(r"[0-9a-f]{64}")
_WANTED = {
    "store": (re.compile(r".+"), "the folder or URL of the mesh's releases"),
    "environment": (re.compile(r"[a-z][a-z0-9-]*"), "the name of an environment"),
    "rootKey": (_HEX, "a public key of 64 hexadecimal digits"),
    "release": (_HEX, "a digest of 64 hexadecimal digits"),
    "record": (re.compile(r"0|[1-9][0-9]*"), "a number of the log"),
    "recordDigest": (_HEX, "a digest of 64 hexadecimal digits"),
}


def _nowhere() -> Location:
    return Location(LOCK_FILE)


@value
class Lock:
    """What a repository is pinned to.

    `store` is a URL, or a folder relative to the repository. `record`, with its digest, is the one of the mesh's log
    that made `environment` run `release`: a log without it has lost records. `at` is where the release is named.
    """

    store: str
    environment: str
    root_key: str
    release: Digest
    record: int
    record_digest: Digest
    at: Location = field(default_factory=_nowhere, compare=False)

    def store_at(self, root: Path) -> str:
        """Return the URL or the absolute folder of the store, for the repository at `root`."""
        return self.store if "://" in self.store else str((root / Path(self.store).expanduser()).resolve())


def read_lock(root: Path, problems: Problems) -> Lock | None:
    """Return what mesh.lock says; None where there is none, or none that can be used."""
    path = root / LOCK_FILE
    if not path.is_file():
        return None
    document = read_file(path, LOCK_FILE, problems)
    if document is None:
        return None
    if not isinstance(document.value, dict):
        problems.error(Code.TYPE, document.root.at, "the file must be a mapping of keys to values", _AGAIN)
        return None
    texts = _texts(document.value, document.root, problems)
    if texts is None:
        return None
    release, record = Digest(texts["release"]), Digest(texts["recordDigest"])
    at = document.root["release"].at
    return Lock(texts["store"], texts["environment"], texts["rootKey"], release, int(texts["record"]), record, at)


def lock_text(lock: Lock) -> str:
    """Return a lock as `mesh fetch` writes it."""
    values = (lock.store, lock.environment, lock.root_key, str(lock.release), lock.record, str(lock.record_digest))
    return _HEAD + yaml_text(dict(zip(_WANTED, values, strict=True)))


_AGAIN = "take the file as it was committed, or let `mesh fetch` write it anew"


def _texts(plain: Mapping[str, Any], root: Place, problems: Problems) -> dict[str, str] | None:
    """Return the value of every key as text; None, and all that is wrong, when one is missing or cannot be meant."""
    for key in plain:
        if key not in _WANTED:
            problems.error(
                Code.UNKNOWN_KEY, root[key].at_key, f"there is no key `{key}` here", did_you_mean(key, _WANTED)
            )
    missing = [f"`{key}`" for key in _WANTED if key not in plain]
    if missing:
        is_are = "is" if len(missing) == 1 else "are"
        problems.error(Code.MISSING_KEY, root.at, f"{', '.join(missing)} {is_are} missing", _AGAIN)
    found: dict[str, str] = {}
    for key, (pattern, what) in _WANTED.items():
        value = plain.get(key)
        if isinstance(value, str | int) and not isinstance(value, bool) and pattern.fullmatch(str(value)):
            found[key] = str(value)
        elif key in plain:
            problems.error(Code.VALUE, root[key].at, f"`{key}` is not {what}", _AGAIN)
    return None if problems.stop else found
