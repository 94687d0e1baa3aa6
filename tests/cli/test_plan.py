"""What people and programs see of a plan, a release, a deployment."""

import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from tests.actions.folders import SALES_FILE, SALES_SQL, add_gallery, edit, loosen_freshness, rename_price, write_mesh

from meshwright.actions.deploy import deploy
from meshwright.actions.submit import submit
from meshwright.cli.main import mesh
from meshwright.model.errors import NotFound, Refused
from meshwright.workspace.workspace import open_workspace

GOLDEN = Path(__file__).parents[1] / "golden" / "plan"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MESH_KEYS", str(tmp_path / "keys"))
    return write_mesh(tmp_path / "mesh")


def said(root: Path, *words: str) -> Result:
    return CliRunner().invoke(mesh, [*words, "--mesh", str(root)], catch_exceptions=False, standalone_mode=False)


def live(root: Path) -> None:
    """Release and deploy without Airflow, which `mesh deploy` would load to build the DAGs."""
    workspace, now = open_workspace(root, os.environ, {}), datetime.now(UTC)  # noqa: TID251  # as a command would
    submit(workspace, "nadia", now)
    deploy(workspace, now)


def without_digests(text: str) -> str:
    """Leave out what is another at each time: digests, and when the next hour begins."""
    told = re.sub(r"\b[0-9a-f]{12}\b", "0" * 12, text)
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "2026-03-01 13:00", told)


@pytest.mark.parametrize(
    ("name", "change", "status"),
    [
        pytest.param("rename", rename_price, 1, id="a column renamed"),
        pytest.param("loosen", loosen_freshness, 1, id="a promise loosened"),
        pytest.param("add", add_gallery, 0, id="a column added"),
    ],
)
@pytest.mark.parametrize("form", ["text", "markdown"])
def test_a_plan_reads_as_it_should(root: Path, name: str, change, status: int, form: str) -> None:
    live(root)
    change(root)
    shown = said(root, "plan", "--format", form)
    assert shown.return_value == status
    assert without_digests(shown.stdout) == (GOLDEN / f"{name}.{'txt' if form == 'text' else 'md'}").read_text()


def test_a_program_reads_whom_a_change_breaks_and_where(root: Path) -> None:
    live(root)
    rename_price(root)
    plan = json.loads(said(root, "plan", "--format", "json").stdout)
    assert (plan["verdict"], plan["first"]) == ("refused", False)
    (removed,) = (c for c in plan["changes"] if c["kind"] == "ColumnRemoved")
    assert (removed["breaking"], removed["version"]) == (True, "major")
    assert removed["consumers"] == [
        {
            "product": "creators.trending-artists",
            "owner": "tomas",
            "table": "creators.trending-artists:ranking@1",
            "column": "revenue",
            "file": "domains/creators/trending-artists/ranking.sql",
            "line": 3,
            "position": 7,
            "text": "  SUM(price) AS revenue",
        }
    ]
    assert plan["dags"] == {"new": [], "changed": ["marketplace.artwork-sales"], "retired": []}


def test_the_way_of_a_change_that_needs_a_yes(root: Path) -> None:
    live(root)
    loosen_freshness(root)
    waiting = said(root, "submit", "--as", "nadia", "--format", "json")
    assert (waiting.return_value, json.loads(waiting.stdout)["verdict"]) == (1, "needsApproval")
    with pytest.raises(Refused):
        said(root, "approve", "--as", "nadia")
    assert "tomas approves plan" in said(root, "approve", "--as", "tomas").stdout
    released = said(root, "submit", "--as", "nadia", "--format", "json")
    made = json.loads(released.stdout)
    assert (released.return_value, made["new"], made["verdict"]) == (0, True, "allowed")
    deployed = json.loads(said(root, "deploy", "--format", "json").stdout)
    assert (deployed["release"], deployed["new"], deployed["products"]) == (made["release"], True, 2)
    back = json.loads(said(root, "rollback", "--format", "json").stdout)
    assert (back["release"], back["before"]) == (deployed["before"], made["release"])


def test_what_runs_already_needs_no_release(root: Path) -> None:
    live(root)
    assert said(root, "plan").stdout.splitlines()[-1] == "Nothing would change."
    assert said(root, "submit", "--as", "nadia").stdout.startswith("nothing to release: release ")
    assert said(root, "deploy").stdout.startswith("`local` already runs release")


def test_there_is_nothing_to_deploy_or_roll_back_before_the_first_release(root: Path) -> None:
    for verb in ("deploy", "rollback"):
        with pytest.raises(NotFound):
            said(root, verb)


def test_a_plan_as_json_has_the_keys_that_its_page_describes(root: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "plan.md").read_text()
    described = set(re.findall(r"^\| `([A-Za-z.\[\]]+)` \|", page, re.MULTILINE))
    edit(root, "mesh.yaml", "people:", "currency: EUR\npurposes: [{name: growth, director: piet, budget: 9}]\npeople:")
    edit(root, SALES_FILE, "inputPorts:", "purpose: growth\ninputPorts:")
    live(root)
    found: set[str] = set()
    for change in (loosen_freshness, rename_price, _run_often, _add_product):
        change(root)
        found |= set(_keys(json.loads(said(root, "plan", "--explain", "--format", "json").stdout)))
    assert found == described


def _run_often(root: Path) -> None:
    edit(root, SALES_FILE, "inputPorts:", 'schedule: {cron: "*/5 * * * *"}\ninputPorts:')


def _add_product(root: Path) -> None:
    edit(root, "mesh.yaml", "people:", "environments: {local: {since: 2026-01-01, prices: {hour: 1}}}\npeople:")
    folder = root / "domains/marketplace/resales"
    folder.mkdir()
    (folder / "product.yaml").write_text((root / SALES_FILE).read_text())
    (folder / "sales.sql").write_text((root / SALES_SQL).read_text())


def _keys(plain: object, name: str = "") -> Iterator[str]:
    """Yield the paths of all keys, those of lists with `[]`."""
    match plain:
        case dict():
            yield from ([name] if name and not name.endswith("]") else [])
            for key, value in plain.items():
                yield from _keys(value, f"{name}.{key}".lstrip("."))
        case list():
            yield f"{name}[]"
            for one in plain:
                yield from _keys(one, f"{name}[]")
        case _:
            yield name


def test_the_steps_of_a_plan_read_as_they_should(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESH_PERSON", "nadia")
    live(root)
    loosen_freshness(root)
    add_gallery(root)
    shown = without_digests(said(root, "plan", "--explain").stdout)
    assert shown == (GOLDEN / "explain.txt").read_text()
    document = without_digests(said(root, "plan", "--explain", "--format", "markdown").stdout)
    for line in shown.partition("What `mesh submit` does")[2].partition("4 changes")[0].splitlines():
        assert line.strip() in document


def test_a_verb_says_each_step_as_it_was_explained(root: Path) -> None:
    live(root)
    add_gallery(root)
    told = json.loads(said(root, "plan", "--explain", "--format", "json").stdout)["steps"]
    for verb in ("submit", "deploy", "rollback"):
        steps = [step["description"] for step in told if step["verb"] == verb]
        assert said(root, verb).stderr.splitlines() == [f"• {step}" for step in steps]


def test_of_a_refused_plan_no_step_is_told(root: Path) -> None:
    live(root)
    rename_price(root)
    assert json.loads(said(root, "plan", "--explain", "--format", "json").stdout)["steps"] == []


@pytest.mark.parametrize("words", [("--against", "local"), ("--submission", "abcd")])
def test_steps_are_told_of_the_files_here_only(root: Path, words: tuple[str, str]) -> None:
    with pytest.raises(click.UsageError, match="leave"):
        said(root, "plan", "--explain", *words)


def test_a_step_of_github_shows_breaks_beside_their_lines_and_the_plan_as_the_jobs_summary(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(root)
    rename_price(root)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    shown = said(root, "plan", "--format", "github")
    assert shown.return_value == 1
    log, commands = re.split(r"^::[0-9a-f]{32}::\n", shown.stdout, flags=re.MULTILINE)
    assert log.startswith("::stop-commands::")
    assert "Refused until" in log
    (error, warning) = commands.splitlines()
    assert error.startswith(f"::error file={SALES_FILE},line=24,")
    assert warning.startswith("::warning file=domains/creators/trending-artists/ranking.sql,line=3,")
    summary = (tmp_path / "summary.md").read_text()
    assert without_digests(summary).strip() == (GOLDEN / "rename.md").read_text().strip()
