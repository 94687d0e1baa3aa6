"""Locked: does a lock beside the code name all that the code needs, to the byte?"""

import re
import tomllib
from collections.abc import Mapping

from meshwright.manifest.codes import Code
from meshwright.manifest.product.subject import Subject
from meshwright.manifest.text.lines import Text
from meshwright.manifest.text.place import Place
from meshwright.model.code import LOCK_FILES, PROJECT_FILE, Language

_PINNED = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?\s*(==)?")
_NEEDED = {Language.PYTHON: "pyarrow", Language.DBT: "dbt-duckdb"}
"""What the engine talks to code by."""

_HOW = "`uv pip compile --universal --generate-hashes requirements.in -o requirements.lock` makes one"


def check_lock(subject: Subject, language: Language, texts: Mapping[str, Text], place: Place) -> None:
    """Say so when nothing locks the environment that code runs in, or not all of it."""
    locks = [texts[name] for name in LOCK_FILES if name in texts]
    problems = subject.problems
    if not locks:
        message = "nothing locks the environment that the code runs in"
        hint = f"write `requirements.lock`, with hashes, beside the manifest: {_HOW}"
        problems.error(Code.LOCK, place.at, message, hint)
        return
    lock, *others = locks
    if others:
        message = f"`{LOCK_FILES[0]}` and `{LOCK_FILES[1]}` both lock the environment"
        problems.error(Code.LOCK, others[0].start(), message, "remove one of them")
    is_uv = lock.file.endswith("/uv.lock")
    if is_uv and PROJECT_FILE not in texts:
        problems.error(Code.LOCK, lock.start(), f"`uv.lock` is there without its `{PROJECT_FILE}`", "add it")
    names = _of_uv(subject, lock) if is_uv else _of_pip(subject, lock)
    if names is not None and _NEEDED[language] not in names:
        hint = f"add it to what is locked: {_HOW}"
        message = f"the environment has no `{_NEEDED[language]}`, which {language.called} is run with"
        problems.error(Code.LOCK, lock.start(), message, hint)


def _of_pip(subject: Subject, lock: Text) -> set[str] | None:
    """Return the names of what a lock in pip's format pins; None, and what is wrong, where it leaves something open."""
    names: set[str] = set()
    lines = lock.text.splitlines()
    for number, line in enumerate(lines):
        if not line.strip() or line[0] in "# \t":
            continue
        match = _PINNED.match(line)
        if match is None or match[2] is None:
            message = "this is not pinned: a lock names one version of each package, `name==1.2.3`"
            subject.problems.error(Code.LOCK, lock.at(number, 0, None), message, _HOW)
            return None
        if "--hash=sha256:" not in _whole(lines, number):
            message = f"`{match[1]}` is locked without the hashes of its files"
            subject.problems.error(Code.LOCK, lock.at(number, 0, None), message, _HOW)
            return None
        names.add(_normal(match[1]))
    return names


def _whole(lines: list[str], number: int) -> str:
    """Return a line with those that it goes on in."""
    found = lines[number]
    while lines[number].rstrip().endswith("\\") and number + 1 < len(lines):
        number += 1
        found += lines[number]
    return found


def _of_uv(subject: Subject, lock: Text) -> set[str] | None:
    try:
        packages = tomllib.loads(lock.text).get("package", [])
        return {_normal(str(package["name"])) for package in packages}
    except (tomllib.TOMLDecodeError, TypeError, KeyError, AttributeError):
        subject.problems.error(Code.LOCK, lock.start(), "this is not a lock of uv's", "`uv lock` writes it anew")
        return None


def _normal(name: str) -> str:
    """Return a package's name as PEP 503 compares them."""
    return re.sub(r"[-_.]+", "-", name).lower()
