"""What a person waits for at the prompt: the start of the command line, and the validation of a small mesh."""

import shutil
import sys
import tempfile
from pathlib import Path

from bench.harness import Figure, command, seconds

MESH = str(Path(sys.executable).with_name("mesh"))
ARTGO = Path(__file__).parents[1] / "examples" / "artgo"


def figures() -> list[Figure]:
    bare = seconds(command(sys.executable, "-c", "pass"))
    versus = f"a bare Python takes {bare:.3f} s"
    with tempfile.TemporaryDirectory() as folder:
        mesh = Path(folder) / "artgo"
        shutil.copytree(ARTGO, mesh, ignore=shutil.ignore_patterns(".mesh"))
        validate = command(MESH, "validate", "--mesh", str(mesh))
        cold = seconds(validate, before=lambda: shutil.rmtree(mesh / ".mesh", ignore_errors=True))
        return [
            Figure("mesh --help", seconds(command(MESH, "--help")), "cpu s", 0.15, versus),
            Figure("validate artgo, warm", seconds(validate), "cpu s", 0.25, versus),
            Figure("validate artgo, cold", cold, "cpu s", 0.6, versus),
        ]
