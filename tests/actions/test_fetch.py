"""Domains in repositories of their own: what each sees of the others, and what it cannot be made to believe."""

import json
import shutil
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from tests.actions.repositories import (
    NOW,
    RANKING_FILE,
    RANKING_SQL,
    SALES,
    SALES_FILE,
    SALES_SQL,
    Repositories,
    edit,
    open_repositories,
    silent,
)

from meshwright.actions.deploy import deploy
from meshwright.actions.fetch import fetch, fetch_locked, pinned
from meshwright.actions.plan import plan
from meshwright.actions.rollback import rollback
from meshwright.actions.run import run
from meshwright.cli.console import diagnostic_text
from meshwright.cli.explain import explanations
from meshwright.cli.main import mesh
from meshwright.compiler.compilation import compile_mesh, compile_sound, diagnose
from meshwright.gate.changes.change import ProductRemoved
from meshwright.gate.changes.columns import ColumnRemoved
from meshwright.gate.changes.describe import describe
from meshwright.gate.judge import Allowed
from meshwright.gate.judge import Refused as RefusedPlan
from meshwright.manifest.lock import lock_text, read_lock
from meshwright.manifest.text.problems import Problems
from meshwright.model.address import product_address
from meshwright.model.errors import Busy, Corrupt, NotFound, Refused
from meshwright.model.product import CronSchedule
from meshwright.release.copy import Copy
from meshwright.release.graph import graph_of
from meshwright.release.keys import SigningKey
from meshwright.workspace.workspace import Workspace


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three repositories whose domains all run."""
    return open_repositories(tmp_path_factory.mktemp("three")).folder


@pytest.fixture
def three(template: Path, tmp_path: Path) -> Repositories:
    folder = tmp_path / "three"
    shutil.copytree(template, folder)
    edit(folder / "platform", "mesh.yaml", str(template / "store"), str(folder / "store"))
    return Repositories(folder)


def shown(workspace: Workspace) -> str:
    return "\n\n".join(click.unstyle(diagnostic_text(d)) for d in diagnose(workspace.root, workspace.cache))


def said(workspace: Workspace, *words: str) -> Result:
    line = [*words, "--mesh", str(workspace.root)]
    return CliRunner().invoke(mesh, line, catch_exceptions=False, standalone_mode=False)


@pytest.mark.parametrize("name", ["marketplace", "insight"])
def test_a_domain_alone_is_sound_and_builds_on_made_up_inputs(three: Repositories, name: str) -> None:
    workspace = three.open(name)
    fetch(workspace, silent)
    workspace = three.open(name)
    shutil.rmtree(three.store)  # from here on there is no network
    assert shown(workspace) == ""
    graph = compile_sound(workspace.root, workspace.cache)
    own = next(p.address for p in graph.mesh.products if p.address.domain == name)
    assert run(workspace, graph, own, None, NOW).publish.synthetic
    assert plan(workspace, None, NOW).proposal.plan.is_empty
    assert said(workspace, "lineage", str(own)).exit_code == 0


def test_products_inherit_from_a_mesh_yaml_that_is_elsewhere(three: Repositories) -> None:
    workspace = three.open("marketplace")
    edit(workspace.root, SALES_FILE, "kind: DataProduct", "kind: DataProduct\nschedule: {cron: '0 1 * * *'}")
    sales = compile_sound(workspace.root, workspace.cache).product(product_address("marketplace.sales"))
    assert sales is not None
    assert (sales.purpose, [c.channel for c in sales.support]) == ("growth", ["#mesh"])
    assert isinstance(sales.schedule, CronSchedule)
    assert sales.schedule.timezone == "Europe/Brussels"


def test_a_break_across_repositories_is_found_where_it_is_made(three: Repositories) -> None:
    workspace = three.open("marketplace")
    edit(workspace.root, SALES_FILE, "name: price", "name: amount")
    edit(workspace.root, SALES_SQL, "AS price", "AS amount")
    judged = plan(workspace, "nadia", NOW)
    assert isinstance(judged.verdict, RefusedPlan)
    (effect,) = (e for e in judged.proposal.plan.effects if isinstance(e.change, ColumnRemoved))
    assert [(str(c.product), c.owner, str(c.at)) for c in effect.consumers] == [
        ("insight.ranking", "tomas", f"{RANKING_SQL}:3:3")
    ]
    assert effect.consumers[0].at.text == "  price AS rank"


def test_a_submission_leaves_the_domains_of_others_as_they_are(three: Repositories) -> None:
    edit(three.folder / "marketplace", SALES_SQL, "size * 2", "size * 3")
    for name in ("platform", "marketplace", "insight"):
        proposal = plan(three.open(name), None, NOW).proposal
        assert {d.name for d in proposal.plan.proposed.mesh.domains} == {"assets", "insight", "marketplace"}
        assert not [e for e in proposal.plan.effects if isinstance(e.change, ProductRemoved)]
        own = "assets" if name == "platform" else name
        assert own not in proposal.untouched
        assert len(proposal.untouched) == 2


def test_a_product_whose_folder_is_gone_from_its_own_domain_is_removed(three: Repositories) -> None:
    workspace = three.open("insight")
    shutil.rmtree((workspace.root / RANKING_FILE).parent)
    effects = plan(workspace, None, NOW).proposal.plan.effects
    assert [str(e.change.address) for e in effects if isinstance(e.change, ProductRemoved)] == ["insight.ranking"]


def test_fetching_says_what_is_new_in_what_is_read_here(three: Repositories) -> None:
    upstream = three.folder / "marketplace"
    fetch(three.open("insight"), silent)
    edit(upstream, SALES_FILE, "version: 1.0.0", "version: 1.1.0")
    with (upstream / SALES_FILE).open("a") as file:
        file.write("            - {name: currency, logicalType: string, description: In what was paid.}\n")
    edit(upstream, SALES_SQL, "AS price", "AS price, 'EUR' AS currency")
    three.goes_live("marketplace", "nadia")
    downstream, beside = three.open("insight"), three.open("platform")
    before = (downstream.root / "mesh.lock").read_text()
    fetched = fetch(downstream, silent)
    assert "column `currency` added (string)" in [describe(n.change) for n in fetched.news]
    assert fetched.brought.files == 3, "one record, its shard, the root"
    assert (downstream.root / "mesh.lock").read_text() != before
    again = fetch(three.open("insight"), silent)
    assert (again.is_new, again.brought.files, again.news) == (False, 0, ())
    assert beside.lock is None


def test_a_name_that_leads_nowhere_is_held_against_all_that_was_released(three: Repositories) -> None:
    workspace = three.open("insight")
    edit(workspace.root, RANKING_FILE, "marketplace.sales:sales@1", "marketplace.sale:sales@1")
    assert "did you mean `marketplace.sales`?" in shown(workspace)
    edit(workspace.root, RANKING_FILE, "marketplace.sale:sales@1", "marketplace.sales:sales@2")
    assert "it offers `marketplace.sales:sales@1`" in shown(workspace)
    edit(workspace.root, RANKING_FILE, "marketplace.sales:sales@2", "marketplace.sales:sales@1")
    edit(workspace.root, RANKING_SQL, "price AS rank", "prize AS rank")
    assert "did you mean `price`?" in shown(workspace)


def test_products_that_wait_for_each_other_across_repositories_are_found_in_a_file_that_is_here(
    three: Repositories,
) -> None:
    workspace = three.open("marketplace")
    fetch(workspace, silent)
    edit(workspace.root, SALES_FILE, "assets.works:works@1", "insight.ranking:ranking@1")
    edit(workspace.root, SALES_SQL, "size * 2 AS price", "rank AS price")
    found = [d for d in compile_mesh(workspace.root, workspace.cache).diagnostics if d.code == "MW0301"]
    assert [d.at.file for d in found] == [SALES_FILE]


def test_without_what_was_fetched_the_way_out_is_said_and_nothing_else_is_blamed(three: Repositories) -> None:
    workspace = three.open("insight")
    assert shown(workspace) == ""
    shutil.rmtree(workspace.root / ".mesh" / "fetched")
    lock = workspace.lock
    assert lock is not None
    page = explanations()["MW0130"].text
    text = shown(workspace)
    for said_here, said_there in ((lock.release.short, "0123456789ab"), (str(lock.release), "0123456789" * 6 + "0123")):
        text = text.replace(said_here, said_there)
    example = page.partition("```console\n")[2].partition("\n```")[0]
    assert example.splitlines()[0] == text.splitlines()[0]
    assert example.splitlines()[-1] == text.splitlines()[-1]
    assert text.count("error[") == 1
    with pytest.raises(Refused, match="is not here"):
        compile_sound(workspace.root, workspace.cache)
    assert fetch_locked(workspace, silent).brought.files > 0
    assert shown(workspace) == ""


def test_a_fetched_file_that_was_changed_is_not_believed(three: Repositories) -> None:
    workspace = three.open("insight")
    for record in (p for p in (workspace.root / ".mesh/fetched").rglob("*") if p.is_file()):
        record.write_bytes(record.read_bytes().replace(b'"price"', b'"prize"'))
    assert workspace.lock is not None
    with pytest.raises(Corrupt, match="its bytes were changed"):
        tuple(graph_of(Copy(workspace.fetched), workspace.lock.release).mesh.products)


def test_locked_brings_the_release_of_the_lock_though_another_one_runs(three: Repositories) -> None:
    edit(three.folder / "marketplace", SALES_SQL, "size * 2", "size * 3")
    three.goes_live("marketplace", "nadia")
    workspace = three.open("insight")
    before = (workspace.root / "mesh.lock").read_text()
    shutil.rmtree(workspace.root / ".mesh")
    fetch_locked(workspace, silent)
    assert (workspace.root / "mesh.lock").read_text() == before
    assert shown(workspace) == ""


def test_a_rollback_is_followed_because_it_is_a_record_of_its_own(three: Repositories) -> None:
    workspace = three.open("insight")
    newest = fetch(workspace, silent).lock
    rollback(three.open("platform", at_the_gate=True), None, NOW)
    rolled = fetch(three.open("insight"), silent).lock
    assert rolled.release != newest.release
    assert rolled.record > newest.record


def test_a_store_that_was_set_back_is_refused(three: Repositories) -> None:
    workspace = three.open("insight")
    fetch(workspace, silent)
    workspace = three.open("insight")
    shutil.rmtree(workspace.root / ".mesh")  # as after a clone: only mesh.lock remembers
    for record in sorted((three.store / "log").iterdir())[-2:]:
        record.unlink()
    with pytest.raises(Corrupt, match="is missing"):
        fetch(workspace, silent)


def test_an_emptied_store_is_never_taken_for_a_new_one(three: Repositories) -> None:
    workspace = three.open("insight", at_the_gate=True)
    shutil.rmtree(three.store / "log")
    with pytest.raises(Corrupt, match="is missing"):
        plan(workspace, None, NOW)
    with pytest.raises(Corrupt, match="is missing"):
        deploy(workspace, NOW)
    shutil.rmtree(three.store)
    with pytest.raises(Busy, match="is not there"):
        fetch(workspace, silent)
    assert not three.store.exists()


def test_a_changed_record_or_file_of_the_store_is_refused(three: Repositories) -> None:
    workspace = three.open("insight")
    lock = (workspace.root / "mesh.lock").read_text()
    shutil.rmtree(workspace.root / ".mesh")
    (some,) = (p for p in (three.store / "objects").rglob("*") if p.is_file() and b'"ranking"' in p.read_bytes()[:600])
    some.write_bytes(some.read_bytes() + b" ")
    with pytest.raises(Corrupt, match="its bytes were changed"):
        fetch(workspace, silent)
    record = sorted((three.store / "log").iterdir())[1]
    record.write_bytes(record.read_bytes().replace(b"piet", b"tomas"))
    with pytest.raises(Corrupt, match="record 1 of the log was changed"):
        fetch(workspace, silent)
    assert (workspace.root / "mesh.lock").read_text() == lock


def test_another_root_key_is_refused(three: Repositories) -> None:
    (three.folder / "insight" / "mesh.lock").unlink()
    workspace = three.open("insight")
    at_store, named = pinned(workspace, str(three.store), three.key)
    assert (at_store.settings.environment, named) == ("production", "../store")
    with pytest.raises(Corrupt, match="does not trust"):
        pinned(workspace, str(three.store), SigningKey.generate().public)
    with pytest.raises(NotFound, match="there is no store"):
        pinned(workspace, str(three.store / "nowhere"), three.key)
    with pytest.raises(NotFound, match="no root key is pinned"):
        pinned(workspace, str(three.store), None)


def test_a_lock_is_read_as_it_was_written(three: Repositories) -> None:
    workspace = three.open("insight")
    assert workspace.lock is not None
    assert lock_text(workspace.lock) == (workspace.root / "mesh.lock").read_text()


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        pytest.param("rootKey:", "rootkey:", "there is no key `rootkey` here", id="a key that is misspelt"),
        pytest.param("record: ", "record: x", "`record` is not a number of the log", id="a number that is none"),
        pytest.param("release: ", "release: f", "`release` is not a digest", id="a digest of 65 digits"),
        pytest.param("environment: production", "", "`environment` is missing", id="a key that is missing"),
        pytest.param("environment: production", "environment: [a]", "`environment` is not", id="a list"),
    ],
)
def test_a_lock_that_nobody_wrote_is_shown_where_it_is_wrong(
    three: Repositories, before: str, after: str, message: str
) -> None:
    root = three.folder / "insight"
    edit(root, "mesh.lock", before, after)
    problems = Problems()
    assert read_lock(root, problems) is None
    assert message in " ".join(d.message for d in problems.found)
    workspace = three.open("insight")
    assert message in shown(workspace)
    with pytest.raises(Refused, match=r"mesh\.lock cannot be used"):
        plan(workspace, None, NOW)


def test_what_was_released_elsewhere_is_marked(three: Repositories) -> None:
    workspace = three.open("insight")
    listed = json.loads(said(workspace, "list", "--format", "json").stdout)
    assert {p["address"]: p["released"] for p in listed} == {
        "assets.works": True,
        "insight.ranking": False,
        "marketplace.sales": True,
    }
    assert [line.split()[-1] for line in said(workspace, "list").stdout.splitlines()] == [
        "FROM",
        "release",
        "here",
        "release",
    ]
    assert "its release" in said(workspace, "show", "marketplace.sales").stdout
    assert "its release" in said(workspace, "show", "marketplace").stdout
    assert "marketplace.sales" in said(workspace, "lineage", "insight.ranking", "--up").stdout


def test_a_domain_moves_into_a_repository_of_its_own_without_a_change(three: Repositories) -> None:
    root = three.folder / "assets"
    shutil.copytree(three.folder / "platform" / "domains", root / "domains")
    workspace = three.pin("assets")
    changes = [describe(e.change) for e in plan(workspace, None, NOW).proposal.plan.effects]
    assert changes == ["repository of the domain `assets`: the mesh's → its own"]
    three.goes_live("assets", "tomas")
    shutil.rmtree(three.folder / "platform" / "domains")
    judged = plan(three.open("platform"), None, NOW)
    assert judged.proposal.plan.is_empty
    assert isinstance(judged.verdict, Allowed)


def test_the_meshs_own_repository_can_read_what_others_have_released(three: Repositories) -> None:
    root = three.folder / "platform"
    product = SALES.replace("assets.works:works@1", "marketplace.sales:sales@1")
    (root / "domains/assets/resale").mkdir()
    (root / "domains/assets/resale/product.yaml").write_text(product)
    (root / "domains/assets/resale/sales.sql").write_text("SELECT work_id, price FROM works")
    assert "there is no product `marketplace.sales`" in shown(three.open("platform"))
    three.pin("platform")
    assert shown(three.open("platform")) == ""


def test_a_new_repository_is_sound_and_runs_before_any_access_is_granted(
    three: Repositories, monkeypatch: pytest.MonkeyPatch
) -> None:
    def typed(*words: str) -> Result:
        return CliRunner().invoke(mesh, words, catch_exceptions=False, standalone_mode=False)

    monkeypatch.chdir(three.folder)
    monkeypatch.delenv("MESH_KEYS", raising=False)
    made = typed("new", "repository", "loyalty", "--store", str(three.store), "--key", three.key, "--format", "json")
    assert json.loads(made.stdout)["written"][:2] == ["mesh.lock", ".gitignore"]
    monkeypatch.chdir(three.folder / "loyalty")
    typed("new", "product", "loyalty.fans", "--template", "sql", "from=marketplace.sales:sales")
    assert typed("validate").stdout == "found nothing wrong\n"
    (outcome,) = json.loads(typed("run", "loyalty.fans", "--upstream", "--format", "json").stdout)
    assert outcome["publish"]["synthetic"] is True
    told = json.loads(typed("plan", "--format", "json").stdout)
    assert told["untouched"] == ["assets", "insight", "marketplace"]
    assert [row["address"] for row in json.loads(typed("status", "--format", "json").stdout)] == ["loyalty.fans"]
    with pytest.raises(NotFound, match="in another repository"):
        typed("run", "marketplace.sales")
    with pytest.raises(Refused, match="in another repository"):
        typed("new", "domain", "insight")
    with pytest.raises(Refused, match="holds only domains"):
        typed("up")


def test_fetching_tells_people_and_programs_where_the_repository_is_now(three: Repositories) -> None:
    workspace = three.open("insight")
    told = json.loads(said(workspace, "fetch", "--format", "json").stdout)
    assert (told["environment"], told["new"], told["products"]) == ("production", True, 3)
    assert "still runs release" in said(workspace, "fetch").stdout
    assert "runs release" in said(workspace, "fetch", "--locked").stdout


def test_whoever_never_fetched_is_told_how_to_begin(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"no mesh\.yaml or mesh\.lock") as refused:
        CliRunner().invoke(mesh, ["fetch", "--mesh", str(tmp_path)], catch_exceptions=False, standalone_mode=False)
    assert "mesh fetch --store URL --key KEY" in refused.value.hint


@pytest.mark.parametrize("store", ["gs://artgo/mesh", "s3://artgo/mesh?region=eu-west-1", "file:///srv/mesh"])
def test_a_store_in_the_cloud_is_named_as_it_is(three: Repositories, store: str) -> None:
    root = three.folder / "insight"
    edit(root, "mesh.lock", "store: ../store", f"store: {store}")
    assert three.open("insight").settings.store == store
