"""The workflows that are shipped: their steps, run as the host would, on a clone of a repository."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from tests.actions.folders import add_gallery, loosen_freshness, rename_price, write_mesh

from meshwright.cli.main import mesh

GH = """\
#!/bin/sh
# Stands in for GitHub: keeps what is posted, and knows what was posted before.
echo "$*" >> "$CALLS"
case "$*" in
  *--jq*) [ -s "$CALLS.posted" ] && echo 7 || true ;;
  *) cp plan.md "$CALLS.posted" ;;
esac
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone of a bare remote, with the mesh and its workflow in it."""
    first = write_mesh(tmp_path / "first")
    people = "  - {username: nadia, name: Nadia Benali}"
    text = (first / "mesh.yaml").read_text()
    (first / "mesh.yaml").write_text(text.replace(people, people.replace("}", ", handle: nadia-b}")))
    said(first, "export", "workflow", "github", "--write")
    git(tmp_path, "init", "--quiet", "--bare", "remote.git")
    git(first, "init", "--quiet", "--initial-branch", "main")
    git(first, "add", "-A")
    git(first, "-c", "user.name=n", "-c", "user.email=n@a.example", "commit", "--quiet", "-m", "Begin")
    git(first, "push", "--quiet", str(tmp_path / "remote.git"), "main")
    git(tmp_path, "clone", "--quiet", "--branch", "main", "remote.git", "clone")
    return tmp_path / "clone"


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


def said(root: Path, *words: str) -> Result:
    return CliRunner().invoke(mesh, [*words, "--mesh", str(root)], catch_exceptions=False, standalone_mode=False)


def run_job(clone: Path, job: str, event: str) -> tuple[int, str]:
    """Run the steps of a job one after the other, each as a shell of its own, as the host does."""
    folder = clone.parent
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    (tools / "gh").write_text(GH)
    (tools / "gh").chmod(0o755)
    (tools / "mesh").unlink(missing_ok=True)
    (tools / "mesh").symlink_to(Path(sys.executable).with_name("mesh"))
    variables = {
        "PATH": f"{tools}:{os.environ['PATH']}", "HOME": str(folder), "GITHUB_ACTOR": "nadia-b",
        "GITHUB_REPOSITORY": "artgo/mesh", "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
        "GITHUB_ENV": str(folder / "github-env"), "RUNNER_TEMP": str(folder / "temp"), "PULL_REQUEST": "3",
        "GATE_KEY": (folder / "gate.key").read_text() if (folder / "gate.key").exists() else "",
        "MESH_STORE": str(folder / "store"), "MESH_ROOT_KEY": (folder / "root").read_text().strip(),
        "CALLS": str(folder / "calls"),
    }  # fmt: skip
    workflow = yaml.safe_load((clone / ".github/workflows/mesh.yml").read_text())
    output = ""
    for step in workflow["jobs"][job]["steps"]:
        if (
            step.get("name") == "Install"
            or "run" not in step
            or (step.get("if", "").endswith("'push'") and event != "push")
        ):
            continue
        kept = folder / "github-env"
        lines = kept.read_text().splitlines() if kept.exists() else []
        heard = subprocess.run(
            ["bash", "-e", "-c", step["run"]], cwd=clone, env=variables | dict(line.split("=", 1) for line in lines),
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        output += heard.stdout + heard.stderr
        if heard.returncode:
            return heard.returncode, output
    return 0, output


@pytest.fixture
def gate(clone: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The clone's mesh runs; the gate's key is a secret of the host."""
    folder = clone.parent
    monkeypatch.setenv("MESH_KEYS", str(folder / "keys"))
    monkeypatch.setenv("MESH_STORE", str(folder / "store"))
    said(clone, "submit", "--as", "@nadia-b")
    said(clone, "deploy")
    shutil.copy(folder / "keys" / "gate.key", folder / "gate.key")
    shutil.copy(folder / "keys" / "root.pub", folder / "root")
    return clone


def test_a_pull_request_is_told_its_plan_once_and_then_anew(gate: Path) -> None:
    add_gallery(gate)
    assert run_job(gate, "plan", "pull_request")[0] == 0
    posted = Path(f"{gate.parent}/calls.posted")
    assert posted.read_text().startswith("<!-- mesh plan -->\n## Plan")
    assert run_job(gate, "plan", "pull_request")[0] == 0
    calls = [line.split()[2] for line in (gate.parent / "calls").read_text().splitlines() if "--method" in line]
    assert calls == ["POST", "PATCH"]


def test_a_pull_request_that_would_be_refused_fails_and_one_that_waits_does_not(gate: Path) -> None:
    loosen_freshness(gate)
    assert run_job(gate, "plan", "pull_request")[0] == 0
    rename_price(gate)
    assert run_job(gate, "plan", "pull_request")[0] == 1


def test_a_merge_is_submitted_released_and_deployed_and_no_one_else_can_read_the_key(gate: Path) -> None:
    add_gallery(gate)
    status, output = run_job(gate, "release", "push")
    assert (status, '"verdict": "allowed"' in output, "`local` runs release" in output) == (0, True, True), output
    key = gate.parent / "temp" / "keys" / "gate.key"
    assert (key.stat().st_mode & 0o777, key.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert said(gate, "plan").return_value == 0


@pytest.mark.proof
def test_what_waits_is_released_by_the_next_run_after_it_was_approved(gate: Path) -> None:
    loosen_freshness(gate)
    status, output = run_job(gate, "release", "push")
    assert (status, "waits for owner of" in output, "already runs" in output) == (0, True, True), output
    said(gate, "approve", "--as", "tomas")
    status, output = run_job(gate, "release", "schedule")
    assert (status, "released as" in output, "instead of" in output) == (0, True, True), output


def test_owners_are_those_whom_the_host_knows(clone: Path) -> None:
    shown = said(clone, "export", "codeowners").stdout.splitlines()
    assert shown[1:] == [
        "* @piet",
        "/mesh.yaml @piet",
        "/domains/creators/ @tomas",
        "/domains/creators/trending-artists/ @tomas",
        "/domains/marketplace/ @nadia-b",
        "/domains/marketplace/artwork-sales/ @nadia-b",
    ]


def test_a_workflow_that_is_there_is_left_as_it_is(clone: Path) -> None:
    assert said(clone, "export", "workflow", "github", "--write").return_value == 1


def test_a_newcomer_makes_a_key_and_is_told_what_to_write_into_mesh_yaml(gate: Path) -> None:
    made = said(gate, "new", "key", "tomas")
    assert made.stdout.startswith("publicKey: ")
    assert said(gate, "new", "key", "tomas").stdout == made.stdout
    assert (gate.parent / "keys" / "tomas.key").stat().st_mode & 0o777 == 0o600
