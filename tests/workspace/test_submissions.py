"""Submissions: released without their author's files, in any order and at once, and nobody's change is lost."""

import multiprocessing
import shutil
from collections.abc import Callable
from itertools import permutations
from pathlib import Path

import pytest
from tests.actions.repositories import (
    NOW,
    RANKING_SQL,
    SALES_FILE,
    SALES_SQL,
    Repositories,
    edit,
    open_repositories,
    silent,
)

from meshwright.actions.approve import approve, reject
from meshwright.actions.deploy import deploy
from meshwright.actions.fetch import fetch
from meshwright.actions.plan import plan
from meshwright.actions.release import release
from meshwright.actions.rollback import rollback
from meshwright.actions.submit import Outcome, submit
from meshwright.gate.judge import Allowed, NeedsApproval
from meshwright.gate.judge import Refused as RefusedPlan
from meshwright.model.address import product_address
from meshwright.model.errors import NotFound, Refused
from meshwright.release.graph import graph_of
from meshwright.release.keys import kept_key
from meshwright.workspace.submissions import Submission, submissions
from meshwright.workspace.trust import history
from meshwright.workspace.workspace import Workspace

WORKS_SQL = "domains/assets/works/works.sql"
OWNER = {"platform": "piet", "marketplace": "nadia", "insight": "tomas"}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return open_repositories(tmp_path_factory.mktemp("three")).folder


@pytest.fixture
def three(template: Path, tmp_path: Path) -> Repositories:
    return copied(template, tmp_path / "three")


def copied(template: Path, folder: Path) -> Repositories:
    shutil.copytree(template, folder)
    edit(folder / "platform", "mesh.yaml", str(template / "store"), str(folder / "store"))
    return Repositories(folder)


def changes(three: Repositories) -> None:
    """Let each of the three repositories change its SQL, on the same release."""
    edit(three.folder / "platform", WORKS_SQL, "size FROM", "size + 1 AS size FROM")
    edit(three.folder / "marketplace", SALES_SQL, "size * 2", "size * 3")
    edit(three.folder / "insight", RANKING_SQL, "price AS", "price + 7 AS")


def drop_price(three: Repositories) -> None:
    """Let the marketplace rename a column that, so far, only `insight.ranking` reads."""
    edit(three.folder / "marketplace", SALES_FILE, "name: price", "name: amount")
    edit(three.folder / "marketplace", SALES_SQL, "AS price", "AS amount")


def stop_reading(three: Repositories) -> None:
    edit(three.folder / "insight", RANKING_SQL, "price AS rank", "1 AS rank")


def loosen(three: Repositories) -> None:
    """Let the sales have no key any more: a break that `insight` is asked about."""
    edit(three.folder / "marketplace", SALES_FILE, "primaryKey: true, ", "")


def submitted(three: Repositories, name: str) -> Outcome:
    return submit(three.open(name, at_the_gate=True), OWNER[name], NOW)


def sql_that_runs(three: Repositories) -> str:
    gate = three.open("platform", at_the_gate=True)
    graph = graph_of(gate.store(), deploy(gate, NOW).release)
    queries = [t.transform.sql for p in graph.mesh.products for _, t in p.tables() if t.transform]
    return "\n".join(queries)


def holds_all(sql: str) -> bool:
    return all(text in sql for text in ("size + 1", "size * 3", "price + 7"))


@pytest.mark.parametrize("order", list(permutations(OWNER)), ids=" ".join)
def test_three_repositories_in_any_order_give_the_union(three: Repositories, order: tuple[str, ...]) -> None:
    changes(three)
    assert all(submitted(three, name).is_new for name in order)
    assert holds_all(sql_that_runs(three))


@pytest.mark.parametrize("deployed_after", [1, 2])
def test_it_does_not_matter_who_deploys_when(three: Repositories, deployed_after: int) -> None:
    changes(three)
    for number, name in enumerate(OWNER):
        submitted(three, name)
        if number == deployed_after:
            deploy(three.open(name, at_the_gate=True), NOW)
    assert holds_all(sql_that_runs(three))


def _at_once(folder: Path, name: str, ready: Callable[[], object]) -> None:
    three = Repositories(folder)
    ready()
    assert submitted(three, name).is_new


def together(three: Repositories) -> list[int | None]:
    """Let three processes submit at the same moment; return how each ended."""
    context = multiprocessing.get_context("spawn")  # the store's driver has threads, which a fork loses
    barrier = context.Barrier(len(OWNER))
    processes = [context.Process(target=_at_once, args=(three.folder, n, barrier.wait)) for n in OWNER]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return [p.exitcode for p in processes]


def survives_at_once(three: Repositories) -> None:
    changes(three)
    assert together(three) == [0, 0, 0]
    made = history(three.open("platform")).made()
    assert [m.base for m in made[1:]] == [m.release for m in made[:-1]]
    assert holds_all(sql_that_runs(three))


def test_three_processes_at_once_give_the_union(three: Repositories) -> None:
    survives_at_once(three)


@pytest.mark.proof
@pytest.mark.parametrize("time", range(40))
def test_three_processes_at_once_give_the_union_each_time(three: Repositories, time: int) -> None:
    survives_at_once(three)


def test_a_break_across_repositories_is_found_whichever_comes_first(template: Path, tmp_path: Path) -> None:
    """One takes a column away that nobody reads, another begins to read it: whoever is second is refused."""
    first, second = (copied(template, tmp_path / name) for name in ("one", "other"))
    for three in (first, second):
        stop_reading(three)
        three.goes_live("insight", "tomas")
        drop_price(three)
        edit(three.folder / "insight", RANKING_SQL, "1 AS rank", "price AS rank")
    gone = submitted(first, "marketplace")
    assert isinstance(gone.judged.verdict, NeedsApproval), "people may read it"
    approve(first.open("marketplace", at_the_gate=True), "piet", None, NOW)
    assert release(first.open("platform"), None, NOW)[0].release
    late = submitted(first, "insight")
    assert isinstance(late.judged.verdict, RefusedPlan)
    assert "no column `price`" in late.judged.verdict.findings[0].message
    assert submitted(second, "insight").is_new
    assert isinstance(submitted(second, "marketplace").judged.verdict, RefusedPlan)


def test_a_submission_that_reads_what_is_gone_since_is_refused_though_nobody_changed_it(three: Repositories) -> None:
    stop_reading(three)
    three.goes_live("insight", "tomas")
    edit(three.folder / "insight", RANKING_SQL, "1 AS rank", "price AS rank")
    domain = submit(without_gate(three, "insight", "tomas"), "tomas", NOW)
    assert isinstance(domain.judged.verdict, Allowed)
    drop_price(three)
    gone = submitted(three, "marketplace").judged.proposal.plan.digest
    gate = three.open("marketplace", at_the_gate=True)
    approve(gate, "piet", None, NOW)
    assert release(gate, gone.short, NOW)[0].release
    (late,) = release(gate, None, NOW)
    assert isinstance(late.submission.judged.verdict, RefusedPlan)
    assert "no column `price`" in late.submission.judged.verdict.findings[0].message


def without_gate(three: Repositories, name: str, person: str) -> Workspace:
    """Open a repository where the person's own key is, and the gate's is not; the mesh knows the key."""
    keys = three.folder / f"{name}-keys"
    key = kept_key(keys / f"{person}.key")
    mesh = (three.folder / "platform" / "mesh.yaml").read_text()
    if key.public not in mesh:
        known = next(line for line in mesh.splitlines() if f"username: {person}" in line)
        edit(three.folder / "platform", "mesh.yaml", known, known.replace("}", f", publicKey: '{key.public}'}}"))
        gate = three.open("platform", at_the_gate=True)
        outcome = submit(gate, "tomas", NOW)
        assert isinstance(outcome.judged.verdict, NeedsApproval), outcome.judged.verdict
        approve(gate, "piet", None, NOW)
        assert release(gate, None, NOW)[0].release
        deploy(gate, NOW)
    return three.open(name)


def waits(three: Repositories) -> tuple[Submission, ...]:
    return submissions(three.open("platform"), NOW)


def test_a_machine_without_the_gates_key_submits_and_the_gate_releases(three: Repositories) -> None:
    domain = without_gate(three, "insight", "tomas")
    edit(three.folder / "insight", RANKING_SQL, "price AS", "price + 7 AS")
    outcome = submit(domain, "tomas", NOW)
    assert (outcome.release, isinstance(outcome.judged.verdict, Allowed)) == (None, True)
    assert submit(domain, "tomas", NOW).release is None
    (one,) = waits(three)
    assert (one.waiting.asked.author, one.waiting.asked.parts) == ("tomas", ("insight.ranking",))
    shutil.rmtree(three.folder / "insight")
    (handled,) = release(three.open("platform"), None, NOW)
    assert handled.release is not None
    assert "price + 7" in sql_that_runs(three)
    assert waits(three) == ()


def test_a_release_of_what_was_submitted_still_names_the_files_of_its_sql(three: Repositories) -> None:
    domain = without_gate(three, "insight", "tomas")
    edit(three.folder / "insight", RANKING_SQL, "price AS", "price + 7 AS")
    submit(domain, "tomas", NOW)
    gate = three.open("platform")
    (handled,) = release(gate, None, NOW)
    assert handled.release is not None
    graph = graph_of(gate.store(), handled.release)
    made = dict(graph.analyses_of(product_address("insight.ranking")))
    assert {read.at.file for analysis in made.values() for read in analysis.reads} == {RANKING_SQL}


def test_what_others_release_in_the_meantime_takes_no_approval_away(three: Repositories) -> None:
    loosen(three)
    assert isinstance(submitted(three, "marketplace").judged.verdict, NeedsApproval)
    approve(three.open("marketplace", at_the_gate=True), "tomas", None, NOW)
    edit(three.folder / "platform", WORKS_SQL, "size FROM", "size + 1 AS size FROM")
    three.goes_live("platform", "piet")
    shutil.rmtree(three.folder / "marketplace")
    (handled,) = release(three.open("platform"), None, NOW)
    assert handled.release is not None
    assert "size + 1" in sql_that_runs(three)


def test_a_new_word_of_the_glossary_takes_no_approval_away_either(three: Repositories) -> None:
    loosen(three)
    submitted(three, "marketplace")
    approve(three.open("marketplace", at_the_gate=True), "tomas", None, NOW)
    glossary = "glossary: [{name: size, description: How large a work is.}]\nenvironments:"
    edit(three.folder / "platform", "mesh.yaml", "environments:", glossary)
    asked = submitted(three, "platform")
    assert isinstance(asked.judged.verdict, Allowed | NeedsApproval)
    handled = release(three.open("platform"), None, NOW)
    assert [h.release is not None for h in handled if h.submission.waiting.asked.author == "nadia"] == [True]


def test_what_others_have_changed_too_is_outdated(three: Repositories, tmp_path: Path) -> None:
    other = tmp_path / "three" / "marketplace-of-another"
    shutil.copytree(three.folder / "marketplace", other)
    loosen(three)
    submitted(three, "marketplace")
    plan_digest = waits(three)[0].waiting.asked.plan.short
    edit(other, SALES_SQL, "size * 2", "size * 5")
    assert submit(three.open("marketplace-of-another", at_the_gate=True), "piet", NOW).is_new
    (one,) = waits(three)
    assert one.is_outdated
    with pytest.raises(Refused, match="is outdated: others have changed the same since"):
        approve(three.open("platform"), "tomas", plan_digest, NOW)
    (handled,) = release(three.open("platform"), None, NOW)
    assert handled.release is None


def test_a_later_submission_of_the_same_product_replaces_the_earlier(three: Repositories) -> None:
    loosen(three)
    first = submitted(three, "marketplace").judged.proposal.plan.digest
    edit(three.folder / "marketplace", SALES_SQL, "size * 2", "size * 4")
    second = submitted(three, "marketplace").judged.proposal.plan.digest
    assert [s.waiting.asked.plan for s in waits(three)] == [second] != [first]


def test_a_rejected_plan_waits_no_longer_and_what_was_approved_of_it_is_spent(three: Repositories) -> None:
    loosen(three)
    asked = submitted(three, "marketplace").judged.proposal.plan.digest
    gate = three.open("marketplace", at_the_gate=True)
    approve(gate, "tomas", asked.short, NOW)
    with pytest.raises(Refused, match="`lucia` is not asked"):
        reject(gate, "lucia", asked.short, "no", NOW)
    reject(gate, "tomas", asked.short, "we still need the decimals", NOW)
    assert waits(three) == ()
    assert isinstance(plan(gate, "nadia", NOW).verdict, NeedsApproval)
    with pytest.raises(NotFound, match="no plan that waits"):
        reject(gate, "tomas", asked.short, "again", NOW)
    submitted(three, "marketplace")
    reject(gate, "nadia", asked.short, "I take it back", NOW)
    assert waits(three) == ()


def test_after_a_rollback_the_same_change_is_asked_about_again(three: Repositories) -> None:
    loosen(three)
    submitted(three, "marketplace")
    gate = three.open("marketplace", at_the_gate=True)
    approve(gate, "tomas", None, NOW)
    assert release(gate, None, NOW)[0].release
    deploy(gate, NOW)
    rollback(gate, None, NOW)
    assert isinstance(submitted(three, "marketplace").judged.verdict, NeedsApproval)


def test_whoever_fetches_gets_what_runs_and_submits_on_what_is_newest(three: Repositories) -> None:
    changes(three)
    submitted(three, "platform")
    assert not fetch(three.open("insight"), silent).news
    assert submitted(three, "insight").is_new
    graph = submitted(three, "insight").judged.proposal.current
    assert graph is not None
    works = graph.product(product_address("assets.works"))
    assert works is not None
    assert [t.transform.sql for _, t in works.tables() if t.transform] == [
        "SELECT work_id, size + 1 AS size FROM works"
    ]
