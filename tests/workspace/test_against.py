"""What a plan can be compared with beside what its environment runs."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.actions.folders import SALES_FILE, add_gallery, edit, open_folder, rename_price, write_mesh
from tests.actions.repositories import RANKING_FILE, RANKING_SQL, Repositories, open_repositories
from tests.actions.repositories import edit as edit_one

from meshwright.actions.deploy import deploy
from meshwright.actions.plan import plan
from meshwright.actions.submit import submit
from meshwright.gate.changes.describe import describe
from meshwright.model.errors import NotFound, Refused
from meshwright.workspace.workspace import Workspace

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_mesh(tmp_path / "mesh")


@pytest.fixture
def workspace(root: Path) -> Workspace:
    return open_folder(root)


def checkout(root: Path, name: str = "main") -> Path:
    """Copy the mesh as it is now, as a checkout of the branch that a pull request leads to."""
    return Path(shutil.copytree(root, root.parent / name))


def changes(workspace: Workspace, against: str) -> list[str]:
    return [describe(e.change) for e in plan(workspace, None, NOW, against).proposal.plan.effects]


def test_a_folder_needs_no_store_and_its_readers_count(workspace: Workspace, root: Path) -> None:
    main = checkout(root)
    rename_price(root)
    judged = plan(workspace, "nadia", NOW, against=str(main))
    made = judged.proposal.plan
    assert {c.at.file for e in made.effects for c in e.consumers} == {"domains/creators/trending-artists/ranking.sql"}
    assert [d.code for d in made.findings] == ["MW0401"]
    assert not made.first
    assert not workspace.state.exists()
    assert not (main / ".mesh").exists()


def test_the_same_files_elsewhere_are_no_change(workspace: Workspace, root: Path) -> None:
    assert changes(workspace, str(checkout(root))) == []


def test_a_folder_beside_the_mesh_may_be_named_without_a_slash(
    workspace: Workspace, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout(root)
    monkeypatch.chdir(root.parent)
    add_gallery(root)
    assert "column `gallery` added (string)" in changes(workspace, "main")


def test_an_environment_is_meant_before_a_folder_of_its_name(
    workspace: Workspace, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout(root, "local")
    monkeypatch.chdir(root.parent)
    add_gallery(root)
    submit(workspace, "nadia", NOW)
    deploy(workspace, NOW)
    assert changes(workspace, "local") == []


def test_an_environment_where_nothing_runs_is_no_mistake(workspace: Workspace, root: Path) -> None:
    edit(root, "mesh.yaml", "people:", "environments: {production: {engine: duckdb}}\npeople:")
    assert plan(workspace, None, NOW, against="production").proposal.plan.first


def test_a_repository_of_its_own_is_held_against_its_own_checkout(tmp_path: Path) -> None:
    three: Repositories = open_repositories(tmp_path)
    root = tmp_path / "insight"
    main = checkout(root)
    edit_one(root, RANKING_FILE, "name: rank,", "name: place,")
    edit_one(root, RANKING_SQL, "rank", "place")
    judged = plan(three.open("insight"), None, NOW, against=str(main))
    assert {describe(e.change) for e in judged.proposal.plan.effects} == {
        "column `place` added (number)",
        "column `rank` removed (number); renamed to `place`?",
        "the SQL means something else",
    }


@pytest.mark.parametrize(
    ("against", "message", "hint"),
    [
        pytest.param(
            "lokal", "`lokal` is no environment, no release and no folder", "did you mean `local`?", id="typo"
        ),
        pytest.param("ffffffff", "`ffffffff` is no environment", "give an environment, the beginning of", id="digest"),
        pytest.param("./nowhere", "nowhere is no folder", "give a folder with a mesh.yaml or mesh.lock", id="path"),
    ],
)
def test_what_names_nothing_is_told_what_could_be_meant(
    workspace: Workspace, against: str, message: str, hint: str
) -> None:
    with pytest.raises(NotFound) as error:
        plan(workspace, None, NOW, against)
    assert message in error.value.message
    assert hint in error.value.hint


def test_a_folder_without_a_mesh_is_said_to_hold_none(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(NotFound, match="holds no mesh"):
        plan(workspace, None, NOW, str(tmp_path / "empty"))


def test_a_folder_with_an_error_is_not_compared_with(workspace: Workspace, root: Path) -> None:
    main = checkout(root)
    edit(main, SALES_FILE, "outputPorts:", "outputPort:")
    with pytest.raises(Refused, match="has 2 errors, the first at") as error:
        plan(workspace, None, NOW, str(main))
    assert "`mesh validate" in error.value.hint
