"""Mutants: the two example meshes, each with one mistake, and where that mistake must be reported."""

import gc
import shutil
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from meshwright.compiler.compilation import compile_mesh
from meshwright.model.diagnostic import Diagnostic

EXAMPLES = Path(__file__).parents[2] / "examples"
MESHES = ("artgo", "flights")


@dataclass(frozen=True, slots=True)
class Source:
    """One file of an example mesh, as it is written there."""

    mesh: str
    file: str
    text: str

    @property
    def folder(self) -> str:
        return self.file.rpartition("/")[0]

    def line(self, position: int) -> int:
        """The line of a character, from 1."""
        return self.text.count("\n", 0, position) + 1

    def mutant(self, kind: str, edit: tuple[int, int, str], code: str, line: int, *lines: int) -> "Mutant":
        """This file with its characters from `start` to `end` replaced."""
        start, end, new = edit
        text = f"{self.text[:start]}{new}{self.text[end:]}"
        return Mutant(kind, self.mesh, self.file, text.encode(), code, self.file, (line, *lines))


@dataclass(frozen=True, slots=True)
class Mutant:
    """One mistake: `content` instead of `file` (None: the file is gone) gives `code` on one of `lines` of `at`.

    `others` are the files that may have something to say, too: the neighbour whose contract was broken, say.
    """

    kind: str
    mesh: str
    file: str
    content: bytes | None
    code: str
    at: str
    lines: tuple[int, ...]
    others: tuple[str, ...] = ()
    spot: str = ""

    def reported_at(self, file: str, *lines: int) -> "Mutant":
        """The same mistake, to be reported in another file."""
        return replace(self, at=file, lines=lines)

    def __str__(self) -> str:
        return f"{self.mesh}/{self.file}: {self.kind} → {self.code} at {self.at}:{'|'.join(map(str, self.lines))}"


def sources(mesh: str, *suffixes: str) -> list[Source]:
    """All files of an example mesh with one of the suffixes, in the order of their paths."""
    root = EXAMPLES / mesh
    files = sorted(p for p in [root / "mesh.yaml", *(root / "domains").rglob("*")] if p.suffix in suffixes)
    return [Source(mesh, p.relative_to(root).as_posix(), p.read_text()) for p in files]


class Nursery:
    """A copy of the example meshes, in which one mutant lives at a time. What did not change is compiled once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        for mesh in MESHES:
            for source in sources(mesh, ".yaml", ".sql", ".py", ".lock"):
                path = root / mesh / source.file
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(source.text)
            assert self._diagnostics(mesh) == ()

    def failing(self, mutants: Collection[Mutant]) -> list[str]:
        """Return what is wrong with what is said about some mutants."""
        gc.collect()  # a command ends sooner than its garbage is worth collecting
        return [f"{m}\n    {fault}" for m in mutants if (fault := _fault(m, self.said(m)))]

    def said(self, mutant: Mutant) -> tuple[Diagnostic, ...]:
        """Return every diagnostic of a mesh with one mistake."""
        path = self._root / mutant.mesh / mutant.file
        original = path.read_bytes() if path.is_file() else None
        try:
            if mutant.content is None:
                path.unlink()
            else:
                path.write_bytes(mutant.content)
            return self._diagnostics(mutant.mesh)
        finally:
            if original is None:
                path.unlink()
            else:
                path.write_bytes(original)

    def close(self) -> None:
        shutil.rmtree(self._root)

    def _diagnostics(self, mesh: str) -> tuple[Diagnostic, ...]:
        return compile_mesh(self._root / mesh, self._root / "cache").diagnostics


def _fault(mutant: Mutant, said: tuple[Diagnostic, ...]) -> str:
    """Say what is wrong with the diagnostics of a mutant; nothing when they are right."""
    told = "; ".join(f"{d.code} {d.at} {d.message}" for d in said)
    if not said:
        return "SILENT"
    if not any(d.code in mutant.code and d.at.file == mutant.at and d.at.line in mutant.lines for d in said):
        return f"MISPLACED: {told}"
    home = mutant.file.rpartition("/")[0] if mutant.file.count("/") == 3 else mutant.file
    blamed = {d.at.file for d in said if not d.at.file.startswith(home)} - {mutant.at, *mutant.others}
    return f"BLAMES {sorted(blamed)}: {told}" if blamed else ""
