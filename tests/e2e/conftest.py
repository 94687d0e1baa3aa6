"""Whole meshes on this machine, as a newcomer starts them: `mesh up`, and nothing else."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
MESH = [sys.executable, "-c", "from meshwright.cli.main import main; main()"]


@dataclass
class Machine:
    """A copy of an example in an empty home; whatever is started here is ended here."""

    root: Path
    home: Path
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def variables(self) -> dict[str, str]:
        """An environment without settings of this machine's user."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("MESH_", "AIRFLOW"))}
        return {**kept, **self.more, "HOME": str(self.home), "NO_COLOR": "1"}

    def mesh(self, *words: str, seconds: float = 60) -> "subprocess.CompletedProcess[str]":
        """Run a verb to its end."""
        command = [*MESH, *words]
        with subprocess.Popen(
            command, cwd=self.root, env=self.variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            try:
                output, _ = process.communicate(timeout=seconds)
            except BaseException:
                process.send_signal(signal.SIGTERM)
                process.communicate(timeout=60)
                raise
        sys.stdout.write(output)  # a failing test shows it
        return subprocess.CompletedProcess(command, process.returncode, output)

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
