"""Every way in which a command can end has one exit status, and none is a traceback."""

import subprocess
import sys
from pathlib import Path

import pytest

from meshwright.cli.main import VERBS

MESH = Path(sys.executable).with_name("mesh")


def mesh(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([MESH, *words], cwd=cwd, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["--help"], 0, "Usage: mesh"),
        (["--version"], 0, "mesh, version"),
        ([], 2, "Usage: mesh"),
        (["frobnicate"], 2, "No such command 'frobnicate'"),
        (["validate", "--frobnicate"], 2, "No such option"),
        (["validate"], 1, "no mesh.yaml or mesh.lock in"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_exit_statuses(tmp_path: Path, words: list[str], status: int, said: str) -> None:
    done = mesh(*words, cwd=tmp_path)
    assert (done.returncode, said in done.stdout + done.stderr) == (status, True), done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("verb", [verb for section in VERBS.values() for verb in section])
def test_every_verb_of_the_list_exists(tmp_path: Path, verb: str) -> None:
    done = mesh(verb, "--help", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"mesh {verb}" in done.stdout
