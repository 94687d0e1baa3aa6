"""Every way in which a command can end has one exit status, and none is a traceback."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from meshwright.cli.main import VERBS

MESH = Path(sys.executable).with_name("mesh")


def mesh(*words: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | variables
    return subprocess.run(
        [MESH, *words], cwd=cwd, env=env, capture_output=True, text=True, check=False, errors="replace"
    )


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


@pytest.mark.parametrize(
    "words",
    [
        ["show", "postgresql://bob:hunter2@db/x"],
        ["lineage", "postgresql://bob:hunter2@db/x"],
        ["postgresql://bob:hunter2@db/x"],
        ["run", "a.b", "--mesh", "postgresql://bob:hunter2@db/x"],
        ["list", "--format", "postgresql://bob:hunter2@db/x"],
        ["query", "select * from 'postgresql://bob:hunter2@db/x'"],
        ["query", "select wrong( from 'postgresql://bob:hunter2@db/x'"],
        ["explain", "postgresql://bob:hunter2@db/x"],
    ],
    ids=" ".join,
)
def test_a_secret_that_was_typed_is_not_repeated(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "mesh.yaml").write_text("name: tiny\n")
    done = mesh(*words, cwd=tmp_path)
    assert done.returncode in (1, 2)
    assert "hunter2" not in done.stdout + done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device is always full here")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_full_disk_is_not_our_fault(tmp_path: Path, unbuffered: str) -> None:
    environment = os.environ | {"PYTHONUNBUFFERED": unbuffered}
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [MESH, "explain"],
            cwd=tmp_path,
            env=environment,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (
        1,
        "error: no space left on device\n\nhint: make room there, and do it again\n",
    )


def test_a_file_where_a_folder_belongs_is_not_our_fault(tmp_path: Path) -> None:
    (tmp_path / "schemas").write_text("")
    done = mesh("export", "jsonschema", "--into", "schemas/new", cwd=tmp_path)
    assert done.returncode == 1
    assert "error: schemas/new: not a directory" in done.stderr
    assert "hint: move the file away: a folder belongs there" in done.stderr


@pytest.mark.parametrize("letters", ["ascii", "latin-1", "cp1252", "utf-8"])
def test_a_terminal_may_lack_letters(tmp_path: Path, letters: str) -> None:
    (tmp_path / "mesh.yaml").write_text("name: shop\ndescription: 'Œuvres ├─ 日本 😀'\nfrobnicate: é\n")
    done = mesh("validate", "--format", "json", cwd=tmp_path, PYTHONIOENCODING=f"{letters}:strict")
    assert (done.returncode, [d["code"] for d in json.loads(done.stdout)["diagnostics"]]) == (1, ["MW0105"])
    assert mesh("validate", cwd=tmp_path, PYTHONIOENCODING=letters).returncode == 1


def test_the_help_takes_one_line_for_each_verb(tmp_path: Path) -> None:
    listed = mesh("--help", cwd=tmp_path).stdout.partition("Build:")[2].splitlines()
    verbs = [verb for section in VERBS.values() for verb in section]
    assert [line.split()[0] for line in listed if line.startswith("  ")] == verbs


@pytest.mark.parametrize("verb", [verb for section in VERBS.values() for verb in section])
def test_every_verb_of_the_list_exists(tmp_path: Path, verb: str) -> None:
    done = mesh(verb, "--help", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"mesh {verb}" in done.stdout


@pytest.mark.parametrize(("variables", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)], ids=["colour", "none"])
def test_a_terminal_gets_colours_unless_nobody_wants_them(
    tmp_path: Path, variables: dict[str, str], *, coloured
) -> None:
    ours, theirs = pty.openpty()
    env = {k: v for k, v in os.environ.items() if k != "NO_COLOR"} | variables
    subprocess.run([MESH, "validate"], cwd=tmp_path, env=env, stderr=theirs, check=False)
    os.close(theirs)
    said = os.read(ours, 4096).decode()
    os.close(ours)
    assert "no mesh.yaml" in said
    assert ("\x1b[" in said) == coloured
