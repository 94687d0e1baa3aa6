"""A mesh to import into."""

from pathlib import Path

import pytest
from tests.interop.standard import said


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A mesh that has nothing yet, and the reader in it."""
    monkeypatch.chdir(tmp_path)
    said("new", "mesh", "shop")
    monkeypatch.chdir(tmp_path / "shop")
    return tmp_path / "shop"
