"""The labelled changes beside this file: what people do to a small mesh, and what the gate should say of it.

A diff is of files below `domains/`; `mv A B` and `rm A` stand for themselves, and a file that a diff leaves empty is
removed. `breaks` is what readers of the tables would say; everything else is what the plan says.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
MESH = HERE / "mesh"
KINDS = ("columns", "meaning", "checks", "slos", "ports", "offers", "products")


@dataclass(frozen=True)
class Case:
    """One change: whether it breaks readers, and what the gate finds, for whom, and says."""

    kind: str
    change: str
    breaks: bool
    diff: str
    found: list[str]
    version: str
    readers: list[str] = field(default_factory=list)
    gate: str | list[str] = "allowed"

    def __str__(self) -> str:
        return f"{self.kind}: {self.change}"


def cases() -> list[Case]:
    """Return all labelled changes, in the order of their kinds."""
    written: dict[str, list[dict[str, Any]]] = {k: yaml.safe_load((HERE / f"{k}.yaml").read_text()) for k in KINDS}
    return [Case(kind, **case) for kind in KINDS for case in written[kind]]


def do(domains: Path, diff: str) -> None:
    """Do to the files of a mesh what a diff says."""
    for file, lines in _parts(diff):
        match file.split():
            case ["mv", before, after]:
                (domains / after).parent.mkdir(exist_ok=True)
                (domains / before).rename(domains / after)
            case ["rm", gone]:
                shutil.rmtree(domains / gone)
            case _:
                _exchange(domains / file, lines)


def _parts(diff: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each file of a diff with its lines, and each command alone."""
    file, lines = "", list[str]()
    for line in diff.splitlines():
        if line.startswith(("@@ ", "mv ", "rm ")):
            if file:
                yield file, lines
            file, lines = line.removeprefix("@@ ").removesuffix(" @@"), []
        else:
            lines.append(line)
    yield file, lines


def _exchange(file: Path, lines: list[str]) -> None:
    before = "".join(f"{line[1:]}\n" for line in lines if line[0] in " -")
    after = "".join(f"{line[1:]}\n" for line in lines if line[0] in " +")
    if not before:
        file.parent.mkdir(exist_ok=True)
        file.write_text(after)
        return
    text = file.read_text()
    assert text.count(before) == 1, (file, before)
    if text == before and not after:
        file.unlink()
    else:
        file.write_text(text.replace(before, after))
