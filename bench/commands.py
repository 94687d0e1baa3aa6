"""What a person waits for at the prompt: the start of the command line, and a validation on a warm cache."""

import sys
from pathlib import Path

from bench.harness import Figure, command, seconds

MESH = str(Path(sys.executable).with_name("mesh"))
ARTGO = str(Path(__file__).parents[1] / "examples" / "artgo")


def figures() -> list[Figure]:
    bare = seconds(command(sys.executable, "-c", "pass"))
    versus = f"a bare Python takes {bare:.3f} s"
    return [
        Figure("mesh --help", seconds(command(MESH, "--help")), "cpu s", 0.35, versus),
        Figure("mesh validate artgo, warm", seconds(command(MESH, "validate", "--mesh", ARTGO)), "cpu s", 0.35, versus),
    ]
