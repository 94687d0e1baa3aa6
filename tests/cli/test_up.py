"""What `mesh up` tells the processes that it starts; tests/e2e shows what they make of it."""

from pathlib import Path

from tests.actions.folders import edit, open_folder, write_mesh

from meshwright.cli.up import _variables
from meshwright.engine.registry import no_connections
from meshwright.workspace.workspace import released_workspace

ENVIRONMENT = """\
environments:
  live: {engine: duckdb, region: eu, since: 30d, catalog: projects/p/locations/eu/entryGroups/g, prices: {hour: 0.5}}
policies:"""


def test_processes_are_told_every_setting_as_it_was_resolved_here(tmp_path: Path) -> None:
    edit(write_mesh(tmp_path / "mesh"), "mesh.yaml", "policies:", ENVIRONMENT)
    more = {"MESH_WEBHOOK": "https://chat.example/secret", "MESH_MEMORY": "2GB", "MESH_RECONCILE": "60s"}
    workspace = open_folder(tmp_path / "mesh", "live", MESH_ROOT_KEY="ab" * 32, **more)
    told = released_workspace(_variables(workspace), no_connections).settings
    assert told == workspace.settings
    assert (told.region, told.catalog) == ("eu", "projects/p/locations/eu/entryGroups/g")
