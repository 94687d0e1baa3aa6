"""What is no change shows in no plan: other spelling, other files, other teams."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.actions.folders import SALES_FILE, SALES_SQL, edit, open_folder, write_mesh
from tests.actions.repositories import RANKING_FILE, open_repositories
from tests.actions.repositories import SALES_FILE as THEIR_FILE
from tests.actions.repositories import edit as edit_one

from meshwright.actions.deploy import deploy
from meshwright.actions.plan import plan
from meshwright.actions.submit import submit
from meshwright.gate.changes.change import product_of
from meshwright.gate.effects.version import Part
from meshwright.workspace.workspace import Workspace

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_mesh(tmp_path / "mesh")


@pytest.fixture
def workspace(root: Path) -> Workspace:
    workspace = open_folder(root)
    assert submit(workspace, "nadia", NOW).release is not None
    deploy(workspace, NOW)
    return workspace


def _format_sql(root: Path) -> None:
    (root / SALES_SQL).write_text("-- what was sold\nselect sale_id,\n  artist, /* who */ price\nfrom   orders\n")


def _move_sql(root: Path) -> None:
    (root / SALES_SQL).rename((root / SALES_SQL).with_name("made.sql"))
    edit(root, SALES_FILE, "    version: 1.0.0", "    version: 1.0.0\n    transform: {sql: made.sql}")


def _reorder_keys(root: Path) -> None:
    edit(root, SALES_FILE, "    version: 1.0.0\n", "")
    edit(root, SALES_FILE, "    slo:\n", "    version: 1.0.0  # as before\n    slo:\n")


def _reorder_columns(root: Path) -> None:
    artist = "            - {name: artist, logicalType: string, description: Who made the work.}\n"
    edit(root, SALES_FILE, artist, "")
    edit(root, SALES_FILE, "    slo:\n", f"{artist}    slo:\n")


@pytest.mark.parametrize("change", [_format_sql, _move_sql, _reorder_keys, _reorder_columns])
def test_another_spelling_is_a_patch_at_most(workspace: Workspace, root: Path, change) -> None:
    change(root)
    made = plan(workspace, None, NOW).proposal.plan
    assert made.part is Part.PATCH
    assert (made.needs, made.runs.touched, made.costs.products) == ((), (), ())


def test_a_plan_shows_what_its_own_repository_changes_though_others_have_released_since(tmp_path: Path) -> None:
    three = open_repositories(tmp_path)
    edit_one(three.folder / "insight", RANKING_FILE, "What is known of ranking", "Who is first")
    edit_one(three.folder / "marketplace", THEIR_FILE, "What is known of sales", "What was sold")
    three.goes_live("marketplace", "nadia")
    made = plan(three.open("insight"), None, NOW).proposal.plan
    assert {str(product_of(e.change)) for e in made.effects} == {"insight.ranking"}
    assert made.dags.retired == ()
