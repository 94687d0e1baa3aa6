"""A tour of the gate: one change that only adds, and one that breaks another team, on a copy of this mesh.

python examples/artgo/tour.py
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
ENGAGEMENT = Path("domains") / "engagement" / "artwork-engagement"
COLUMN = """\
            - name: response
              logicalType: number
              description: Likes and shares per view.
          quality:"""
EXPRESSION = "  SAFE_DIVIDE(likes + shares, views) AS response"


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        mesh = shutil.copytree(HERE, Path(folder) / "artgo", ignore=shutil.ignore_patterns(".mesh", "__pycache__"))
        say("The first release of an empty environment.")
        run(mesh, folder, "submit", quiet=True)
        run(mesh, folder, "deploy")

        say("The engagement team adds a column: nobody can be hurt, so it is released by itself.")
        edit(mesh / ENGAGEMENT / "product.yaml", ("version: 1.0.0", "version: 1.1.0"), ("          quality:", COLUMN))
        edit(mesh / ENGAGEMENT / "hourly.sql", ("  ROUND(", f"{EXPRESSION},\n  ROUND("))
        run(mesh, folder, "submit")
        run(mesh, folder, "deploy")

        say("Now they rename one: another team reads it, and the plan knows where.")
        sample = ("MAX(virality) AS virality", "MAX(virality_score) AS virality")
        edit(mesh / ENGAGEMENT / "product.yaml", ("name: virality", "name: virality_score"), sample)
        edit(mesh / ENGAGEMENT / "hourly.sql", ("AS virality", "AS virality_score"))
        run(mesh, folder, "plan")

        say("It is not released; what runs, runs on.")
        return 0 if run(mesh, folder, "submit", quiet=True) == 1 else 1


def edit(file: Path, *changes: tuple[str, str]) -> None:
    """Change a file as its team would; a change that finds nothing to change is a mistake in this tour."""
    text = file.read_text()
    for before, after in changes:
        if before not in text:
            raise ValueError(f"{file} does not hold {before!r}")
        text = text.replace(before, after, 1)
    file.write_text(text)


def say(text: str) -> None:
    print(f"\n# {text}", flush=True)


def run(mesh: Path, keys: str, verb: str, *, quiet: bool = False) -> int:
    """Run a verb of `mesh` on the copy, with keys of its own; return its exit status."""
    print(f"$ mesh {verb}", flush=True)
    variables = os.environ | {"MESH_KEYS": f"{keys}/keys"}
    program = str(Path(sys.executable).with_name("mesh"))
    return subprocess.run(
        [program, verb, "--mesh", str(mesh)],
        env=variables, stdout=subprocess.DEVNULL if quiet else None, stderr=subprocess.STDOUT, check=False,
    ).returncode  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
