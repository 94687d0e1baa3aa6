"""Airflow, as far as it is needed without a server: a home of its own; and a mesh that was released to it."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

# Airflow reads its configuration when it is imported, before any fixture.
_HOME = tempfile.mkdtemp(prefix="airflow-")
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
os.environ["AIRFLOW_HOME"] = _HOME
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
os.environ["AIRFLOW__CORE__UNIT_TEST_MODE"] = "True"
os.environ["AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_STORAGE_PATH"] = f"{_HOME}/bundles"

from meshwright.actions.deploy import deploy  # noqa: E402
from meshwright.actions.submit import submit  # noqa: E402
from meshwright.model.identity import Digest  # noqa: E402
from meshwright.workspace.trust import root_key  # noqa: E402
from meshwright.workspace.workspace import Workspace, open_workspace  # noqa: E402

FLIGHTS = Path(__file__).parents[2] / "examples" / "flights"
NOW = datetime(2013, 1, 4, tzinfo=UTC)


@dataclass
class Gate:
    """The flights mesh, and what its gate may do: release it, as it is or changed."""

    workspace: Workspace

    def release(self) -> Digest:
        """Release what the files say, and make it run."""
        assert submit(self.workspace, "maya", NOW).release
        return deploy(self.workspace, NOW).release

    def change(self) -> None:
        """Add a description: a change that nobody has to be asked for."""
        manifest = self.workspace.root / "domains/aviation/carriers/product.yaml"
        manifest.write_text(manifest.read_text().replace("The airlines behind", "Those behind"))

    def add(self, product: str) -> None:
        """Add a product to the fleet."""
        fleet = self.workspace.root / "domains/fleet"
        shutil.copytree(fleet / "aircraft-registry", fleet / product)

    @property
    def variables(self) -> dict[str, str]:
        """What a process of Airflow is told of the environment."""
        settings = self.workspace.settings
        return {
            "MESH_ENVIRONMENT": "local",
            "MESH_STORE": settings.store,
            "MESH_DATA": settings.data,
            "MESH_DATABASE": settings.database.reveal(),
            "MESH_ROOT_KEY": root_key(self.workspace),
            "MESH_SINCE": "2013-01-01",
            "MESH_UNTIL": "2013-01-04",
            "MESH_HOME": str(self.workspace.root),
        }


@pytest.fixture
def gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    root = tmp_path / "flights"
    shutil.copytree(FLIGHTS, root, ignore=shutil.ignore_patterns(".mesh"))
    made = Gate(open_workspace(root, {"HOME": str(tmp_path / "home")}, {}))
    made.release()
    for name, value in made.variables.items():
        monkeypatch.setenv(name, value)
    yield made
    shutil.rmtree(f"{_HOME}/bundles", ignore_errors=True)
