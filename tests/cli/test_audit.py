"""What people and programs read of the log, of what waits, and of what is wrong."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.actions.folders import loosen_freshness, write_mesh

from meshwright.cli.main import mesh


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A mesh that was released, and whose looser promise waits."""
    monkeypatch.setenv("MESH_KEYS", str(tmp_path / "keys"))
    folder = write_mesh(tmp_path / "mesh")
    said(folder, "submit", "--as", "nadia")
    loosen_freshness(folder)
    said(folder, "submit", "--as", "nadia")
    return folder


def said(root: Path, *words: str) -> Result:
    return CliRunner().invoke(mesh, [*words, "--mesh", str(root)], catch_exceptions=False, standalone_mode=False)


def test_what_waits_is_listed_for_whom_and_since_when(root: Path) -> None:
    (row,) = said(root, "list", "--submissions").stdout.splitlines()[1:]
    assert "waits for owner of `creators.trending-artists` (tomas)" in row
    (one,) = json.loads(said(root, "list", "--submissions", "--format", "json").stdout)
    assert (one["author"], one["verdict"], one["changes"]) == ("nadia", "needsApproval", ["marketplace.artwork-sales"])
    assert said(root, "list", "--submissions", "--domain", "creators").stdout == "Nothing waits.\n"
    shown = said(root, "plan", "--submission", one["plan"][:8])
    assert "maximum age" in shown.stdout or "freshness" in shown.stdout


def test_the_way_of_a_submission_from_terminal_to_terminal(root: Path) -> None:
    (one,) = json.loads(said(root, "list", "--submissions", "--format", "json").stdout)
    plan = one["plan"][:8]
    assert "waits for" in said(root, "release").stdout
    assert said(root, "release", plan).return_value == 1
    said(root, "approve", plan, "--as", "tomas")
    assert "released as" in said(root, "release").stdout
    assert said(root, "release").stdout == "nothing waits to be released\n"
    told = said(root, "audit").stdout.splitlines()
    assert told[0].split() == ["RECORD", "WHEN", "WHO", "WHAT"]
    assert f"tomas approves plan {one['plan'][:12]} as owner of `creators.trending-artists`" in told[4]
    (approved,) = json.loads(said(root, "audit", "--person", "tomas", "--format", "json").stdout)
    assert approved["body"]["kind"] == "Approved"
    verified = said(root, "audit", "verify")
    assert (verified.return_value, "all of it is as it was" in verified.stdout) == (0, True)


def test_a_rejection_says_why_and_a_revocation_too(root: Path) -> None:
    (one,) = json.loads(said(root, "list", "--submissions", "--format", "json").stdout)
    said(root, "reject", one["plan"][:8], "--as", "tomas", "--reason", "we need it fresh")
    release = json.loads(said(root, "audit", "--format", "json").stdout)[1]["body"]["release"]
    assert "revoked" in said(root, "release", "--revoke", release[:8], "--reason", "it leaks").stdout
    told = said(root, "audit").stdout
    assert "tomas rejects plan" in told
    assert "we need it fresh" in told
    assert "is revoked: it leaks" in told


def test_what_is_wrong_with_a_release_is_named_and_is_an_exit_status(root: Path) -> None:
    (objects,) = (Path(root) / ".mesh/local/store").glob("objects")
    for path in objects.rglob("*"):
        if path.is_file() and b'"sale_id"' in path.read_bytes():
            path.write_bytes(path.read_bytes().replace(b"sale_id", b"sale_xx", 1))
    found = said(root, "audit", "verify")
    assert found.return_value == 1
    assert "record 1" in found.stderr
    assert "its bytes were changed" in found.stderr
