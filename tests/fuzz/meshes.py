"""A mesh to throw things at: a copy of an example, of which one file at a time holds something else."""

import gc
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.mutants.mutant import Source, sources

from meshwright.compiler.compilation import diagnose
from meshwright.model.diagnostic import Diagnostic

SECONDS = 10.0
"""The CPU time that a command may take for anything that somebody put into one file."""

MEGABYTES = 200
"""How much more memory it may take."""

YAML = sources("artgo", ".yaml")
SQL = sources("artgo", ".sql")


@contextmanager
def bounded() -> Iterator[None]:
    """Fail where something takes too much time or memory."""
    started, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    taken, after = time.process_time() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert taken < SECONDS, f"it took {taken:.1f} s"
    assert after - before < MEGABYTES * 1024, f"it took {(after - before) // 1024} MB"


class Target:
    """The copy. What is said of it must be what a user can be shown."""

    def __init__(self, root: Path) -> None:
        self.root, self._cache, self._times = root / "artgo", root / "cache", 0
        for source in (*YAML, *SQL):
            path = self.root / source.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(source.text)

    def said(self, source: Source, content: bytes) -> tuple[Diagnostic, ...]:
        """Return what is said of the mesh with something else in one file."""
        self._times += 1
        if self._times % 200 == 0:
            gc.collect()  # a command ends sooner than its garbage is worth collecting
        path = self.root / source.file
        path.write_bytes(content)
        try:
            with bounded():
                found = diagnose(self.root, self._cache)
        finally:
            path.write_text(source.text)
        assert all(d.message and d.code.startswith("MW") and d.at.line >= 1 and d.at.column >= 1 for d in found)
        assert not any(c in d.at.text + d.message + d.hint for d in found for c in "\x1b\x07\x00")
        return found
