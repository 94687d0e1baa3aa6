"""A mesh whose releases are in S3: every verb finds them by MESH_STORE and the variables that all tools of AWS read."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.actions.folders import add_gallery, write_mesh
from tests.release.buckets import s3

from meshwright.release.objects import open_objects


@pytest.fixture(scope="module")
def server() -> Iterator[dict[str, str]]:
    with s3() as found:
        yield found


def said(root: Path, variables: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).with_name("mesh"), *words, "--mesh", str(root)]
    known = {"PATH": os.environ["PATH"], "MESH_KEYS": str(root.parent / "keys"), "HOME": str(root.parent)}
    return subprocess.run(command, env={**known, **variables}, capture_output=True, text=True, check=False)


def test_a_change_goes_from_submit_to_audit_and_back_with_nothing_but_the_bucket(
    tmp_path: Path, server: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    variables = {**server, "MESH_STORE": "s3://mesh/artgo"}
    root = write_mesh(tmp_path / "mesh")
    for words in (("submit", "--as", "nadia"), ("deploy",)):
        done = said(root, variables, *words)
        assert done.returncode == 0, done.stderr
    add_gallery(root)
    for words, told in (
        (("submit", "--as", "nadia"), "released: "),
        (("deploy",), "instead of"),
        (("audit", "verify"), ""),
        (("rollback",), "instead of"),
        (("audit", "verify"), ""),
    ):
        done = said(root, variables, *words)
        assert (done.returncode, told in done.stdout) == (0, True), done.stdout + done.stderr
    assert not (root / ".mesh" / "releases").exists()
    for name, value in server.items():
        monkeypatch.setenv(name, value)
    assert len(open_objects("s3://mesh/artgo").names("log")) == 6
    refused = said(root, {**variables, "MESH_STORE": "s3://other/artgo"}, "plan")
    assert "s3cret-of-mesh" not in refused.stdout + refused.stderr
    assert "Traceback" not in refused.stderr
