"""Whole meshes on this machine, as a newcomer starts them: `mesh up`, and nothing else."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
MESH = [sys.executable, "-c", "from meshwright.cli.main import main; main()"]


@dataclass(frozen=True)
class Going:
    """A verb that goes on, and what it has said so far."""

    process: "subprocess.Popen[bytes]"
    output: Path

    def hears(self, pattern: str, seconds: float = 300) -> "re.Match[str]":
        """Wait until it has said something."""
        deadline = time.monotonic() + seconds
        while not (found := re.search(pattern, self.output.read_text())):
            assert self.process.poll() is None, self.output.read_text()
            assert time.monotonic() < deadline, self.output.read_text()
            time.sleep(0.2)
        return found

    def ends(self, seconds: float) -> int:
        """Wait for its end, and return its exit status."""
        status = self.process.wait(seconds)
        sys.stdout.write(self.output.read_text())  # a failing test shows it
        return status


@dataclass
class Machine:
    """A copy of an example in an empty home; whatever is started here is ended here."""

    root: Path
    home: Path
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def variables(self) -> dict[str, str]:
        """An environment without settings of this machine's user, whose caches serve: nothing is fetched twice."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("MESH_", "AIRFLOW"))}
        return {
            "XDG_CACHE_HOME": str(Path.home() / ".cache"),
            **kept,
            **self.more,
            "HOME": str(self.home),
            "NO_COLOR": "1",
        }

    def mesh(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run a verb to its end."""
        return subprocess.run(
            [*MESH, *words], cwd=self.root, env=self.variables, capture_output=True, text=True, check=False, timeout=60
        )

    @contextmanager
    def going(self, *words: str) -> Iterator[Going]:
        """Begin a verb; what has not ended after the block is asked to end."""
        output = self.root.with_suffix(".log")
        with output.open("wb") as told:
            process = subprocess.Popen(
                [*MESH, *words], cwd=self.root, env=self.variables, stdout=told, stderr=subprocess.STDOUT
            )
        try:
            yield Going(process, output)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)

    def leftovers(self) -> list[str]:
        """Return the processes that still work for this copy."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                known = (folder / "environ").read_bytes() + (folder / "cmdline").read_bytes()
            except OSError:
                continue  # it has just ended, or is somebody else's
            if str(self.root).encode() in known and int(folder.name) != os.getpid():
                found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        return found


@pytest.fixture(scope="module")
def machine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Machine:
    folder = tmp_path_factory.mktemp("machine")
    root = folder / request.param
    shutil.copytree(EXAMPLES / request.param, root, ignore=shutil.ignore_patterns(".mesh"))
    (folder / "home").mkdir()
    return Machine(root, folder / "home")
