"""From plan to rollback: what is released, by whom, what runs, and what cannot be got round."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.actions.folders import (
    RANKING_FILE,
    RANKING_SQL,
    SALES_FILE,
    SALES_SQL,
    add_gallery,
    edit,
    loosen_freshness,
    open_folder,
    rename_price,
    write_mesh,
)

from meshwright.actions.approve import approve
from meshwright.actions.deploy import deploy
from meshwright.actions.plan import plan
from meshwright.actions.revoke import revoke
from meshwright.actions.rollback import rollback
from meshwright.actions.submit import Outcome, submit
from meshwright.gate.judge import Allowed, NeedsApproval, Refused
from meshwright.model import errors
from meshwright.model.address import product_address
from meshwright.model.identity import Digest
from meshwright.release.entry import Released, Submitted
from meshwright.release.keys import kept_key
from meshwright.workspace.trust import current_release, history, root_key
from meshwright.workspace.workspace import Workspace

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_mesh(tmp_path / "mesh")


@pytest.fixture
def workspace(root: Path) -> Workspace:
    return open_folder(root)


def released(outcome: Outcome) -> Digest:
    assert outcome.release is not None, outcome.judged.verdict
    return outcome.release


def live(workspace: Workspace) -> Digest:
    """Release and deploy what the files say."""
    made = released(submit(workspace, "nadia", NOW))
    assert deploy(workspace, NOW).release == made
    return made


def test_the_first_release_of_an_empty_environment_runs_at_once(workspace: Workspace) -> None:
    first = live(workspace)
    assert current_release(workspace) == first
    assert plan(workspace, None, NOW).proposal.plan.is_empty
    ports = {product_address("marketplace.artwork-sales").port("sales", 1)}
    histories = workspace.observations().histories(ports, NOW - timedelta(days=28), NOW + timedelta(hours=1))
    assert [h.activated_at for h in histories.values()] == [NOW]


def test_releasing_and_deploying_again_writes_nothing(workspace: Workspace) -> None:
    live(workspace)
    before = history(workspace).head
    again = submit(workspace, "nadia", NOW)
    assert (again.release, again.is_new) == (current_release(workspace), False)
    assert not deploy(workspace, NOW).is_new
    assert history(workspace).head == before


def test_what_only_adds_is_released_by_itself(workspace: Workspace, root: Path) -> None:
    first = live(workspace)
    add_gallery(root)
    second = live(workspace)
    assert second != first
    assert isinstance(plan(workspace, None, NOW).verdict, Allowed)


def test_a_break_that_may_be_approved_hides_no_error_of_the_product_that_it_reaches(
    root: Path, workspace: Workspace
) -> None:
    live(workspace)
    loosen_freshness(root)
    edit(root, RANKING_SQL, "SUM(price)", "COUNT(price) + nonsense")
    verdict = submit(workspace, "nadia", NOW).judged.verdict
    assert isinstance(verdict, Refused), verdict
    assert sum("nonsense" in d.message for d in verdict.findings) == 1


def test_a_break_names_the_other_teams_line_and_is_refused(workspace: Workspace, root: Path) -> None:
    first = live(workspace)
    rename_price(root)
    outcome = submit(workspace, "nadia", NOW)
    assert isinstance(outcome.judged.verdict, Refused)
    (consumer,) = (c for e in outcome.judged.proposal.plan.effects for c in e.consumers)
    assert (str(consumer.product), consumer.owner) == ("creators.trending-artists", "tomas")
    assert str(consumer.at) == "domains/creators/trending-artists/ranking.sql:3:7"
    assert [d.code for d in outcome.judged.verdict.findings] == ["MW0401"]
    assert outcome.release is None
    assert current_release(workspace) == first


def test_a_looser_promise_waits_for_its_reader_and_then_passes(workspace: Workspace, root: Path) -> None:
    live(workspace)
    loosen_freshness(root)
    asked = submit(workspace, "nadia", NOW)
    assert isinstance(asked.judged.verdict, NeedsApproval)
    with pytest.raises(errors.Refused, match="nobody approves their own"):
        approve(workspace, "nadia", None, NOW)
    with pytest.raises(errors.Refused, match="does not need the approval of `piet`"):
        approve(workspace, "piet", None, NOW)
    approve(workspace, "tomas", asked.judged.proposal.plan.digest.short, NOW)
    made = released(submit(workspace, "nadia", NOW))
    (record,) = history(workspace).made(made)
    assert (record.author, record.approved_by) == ("nadia", ("tomas",))


def test_a_plan_is_submitted_once_however_often_it_is_tried(workspace: Workspace, root: Path) -> None:
    live(workspace)
    loosen_freshness(root)
    submit(workspace, "nadia", NOW)
    submit(workspace, "nadia", NOW)
    assert sum(isinstance(e.body, Submitted) for e in history(workspace).entries) == 1


def test_an_approval_does_not_outlive_the_plan_it_was_for(workspace: Workspace, root: Path) -> None:
    live(workspace)
    loosen_freshness(root)
    asked = submit(workspace, "nadia", NOW).judged.proposal.plan.digest
    approve(workspace, "tomas", None, NOW)
    edit(root, SALES_FILE, "maxAge: 6h", "maxAge: 48h")
    assert isinstance(submit(workspace, "nadia", NOW).judged.verdict, NeedsApproval)
    with pytest.raises(errors.NotFound, match="no plan that waits"):
        approve(workspace, "tomas", asked.short, NOW)


def test_an_approval_lets_one_release_be_made(workspace: Workspace, root: Path) -> None:
    """What was approved, deployed and rolled back waits for a new approval."""
    live(workspace)
    loosen_freshness(root)
    submit(workspace, "nadia", NOW)
    approve(workspace, "tomas", None, NOW)
    live(workspace)
    rollback(workspace, None, NOW)
    assert isinstance(plan(workspace, "nadia", NOW).verdict, NeedsApproval)


def test_a_person_with_a_key_signs_for_themselves_or_not_at_all(root: Path, tmp_path: Path) -> None:
    key = kept_key(tmp_path / "keys" / "tomas.key")
    edit(root, "mesh.yaml", "name: Tomas Horvat", f"name: Tomas Horvat, publicKey: '{key.public}'")
    workspace = open_folder(root)
    live(workspace)
    loosen_freshness(root)
    submit(workspace, "nadia", NOW)
    (tmp_path / "keys" / "tomas.key").rename(tmp_path / "tomas.key")
    with pytest.raises(errors.NotFound, match="no private key"):
        approve(workspace, "tomas", None, NOW)
    kept_key(tmp_path / "keys" / "tomas.key")
    with pytest.raises(errors.Refused, match="is not the one that the mesh knows"):
        approve(workspace, "tomas", None, NOW)
    (tmp_path / "tomas.key").replace(tmp_path / "keys" / "tomas.key")
    approve(workspace, "tomas", None, NOW)
    assert history(workspace).entries[-1].key == key.public
    assert isinstance(submit(workspace, "nadia", NOW).judged.verdict, Allowed)


def test_a_rollback_that_is_said_again_goes_no_further_unless_it_says_where(workspace: Workspace, root: Path) -> None:
    first = live(workspace)
    add_gallery(root)
    second = live(workspace)
    loosen_freshness(root)
    submit(workspace, "nadia", NOW)
    approve(workspace, "tomas", None, NOW)
    third = live(workspace)
    assert rollback(workspace, None, NOW).release == second
    with pytest.raises(errors.Refused, match=f"rolled back already: it runs release {second.short}") as refused:
        rollback(workspace, None, NOW)
    assert refused.value.hint == f"`--to {first.short}` goes back one release further"
    assert rollback(workspace, first.short, NOW).release == first
    with pytest.raises(errors.Refused, match="rolled back already"):
        rollback(workspace, None, NOW)
    assert rollback(workspace, third.short, NOW).release == third
    assert current_release(workspace) == third


def test_what_was_gone_back_to_and_is_revoked_is_gone_back_from(workspace: Workspace, root: Path) -> None:
    first = live(workspace)
    add_gallery(root)
    second = live(workspace)
    edit(root, RANKING_SQL, "SUM(price)", "MAX(price)")
    live(workspace)
    assert rollback(workspace, None, NOW).release == second
    revoke(workspace, second.short, "it leaks", NOW)
    assert rollback(workspace, None, NOW).release == first


def test_an_environment_that_is_new_to_a_store_gets_what_was_released_and_asks_for_no_less(
    root: Path, tmp_path: Path
) -> None:
    store = {"MESH_STORE": str(tmp_path / "store")}
    production, fresh = open_folder(root, "production", **store), open_folder(root, "fresh", **store)
    first = live(production)
    loosen_freshness(root)
    assert isinstance(submit(fresh, "nadia", NOW).judged.verdict, NeedsApproval)
    assert deploy(fresh, NOW).release == first


def test_two_who_release_before_either_deploys_lose_nothing(workspace: Workspace, root: Path) -> None:
    live(workspace)
    add_gallery(root)
    first = released(submit(workspace, "nadia", NOW))
    edit(root, RANKING_SQL, "SUM(price)", "MAX(price)")
    second = released(submit(workspace, "tomas", NOW))
    made = history(workspace).made()
    assert [(m.base, m.release) for m in made[1:]] == [(made[0].release, first), (first, second)]
    assert deploy(workspace, NOW).release == second
    assert plan(workspace, None, NOW).proposal.plan.is_empty


def test_what_was_released_and_is_not_deployed_yet_is_not_released_again(workspace: Workspace) -> None:
    first = submit(workspace, "nadia", NOW)
    second = submit(workspace, "nadia", NOW)
    assert (first.release, first.is_new, second.is_new) == (second.release, True, False)


def test_after_a_rollback_what_was_released_before_it_is_no_longer_ahead(workspace: Workspace, root: Path) -> None:
    first = live(workspace)
    add_gallery(root)
    live(workspace)
    edit(root, RANKING_SQL, "SUM(price)", "MAX(price)")
    released(submit(workspace, "tomas", NOW))
    rollback(workspace, None, NOW)
    assert deploy(workspace, NOW).release == first
    released(submit(workspace, "tomas", NOW))
    assert deploy(workspace, NOW).before == first


def test_a_crash_between_store_and_pointer_leaves_the_old_release_live(workspace: Workspace, root: Path) -> None:
    first = live(workspace)
    add_gallery(root)
    second = released(submit(workspace, "nadia", NOW))
    assert current_release(workspace) == first
    (lost,) = (p for p in Path(workspace.settings.store).rglob(second.hex))
    kept = lost.read_bytes()
    lost.unlink()
    with pytest.raises(errors.NotFound):
        deploy(workspace, NOW)
    assert current_release(workspace) == first
    lost.write_bytes(kept)
    assert deploy(workspace, NOW).release == second


def test_a_product_whose_manifest_cannot_be_read_is_not_taken_for_removed(workspace: Workspace, root: Path) -> None:
    live(workspace)
    edit(root, RANKING_FILE, "outputPorts", "outputPorst")
    judged = plan(workspace, None, NOW)
    assert judged.proposal.plan.effects == ()
    assert isinstance(judged.verdict, Refused)


def test_a_removed_port_breaks_a_reader_that_can_no_longer_be_linked(workspace: Workspace, root: Path) -> None:
    live(workspace)
    edit(root, SALES_FILE, "version: 1.0.0", "version: 2.0.0")
    judged = plan(workspace, None, NOW)
    (consumer,) = (c for e in judged.proposal.plan.effects for c in e.consumers)
    assert str(consumer.product) == "creators.trending-artists"
    assert isinstance(judged.verdict, Refused)


def test_moving_and_reformatting_files_is_nothing_to_release(workspace: Workspace, root: Path) -> None:
    first = live(workspace)
    edit(root, SALES_SQL, "SELECT sale_id, artist, price\n", "-- as they are\nselect sale_id\n  , artist\n  , price\n")
    outcome = submit(workspace, "nadia", NOW)
    assert (outcome.release, outcome.is_new) == (first, False)


def test_a_plan_can_be_held_against_any_release_or_environment(workspace: Workspace, root: Path) -> None:
    first = live(workspace)
    add_gallery(root)
    live(workspace)
    assert plan(workspace, None, NOW).proposal.plan.is_empty
    assert not plan(workspace, None, NOW, against=first.short).proposal.plan.is_empty
    assert plan(workspace, None, NOW, against="local").proposal.plan.is_empty
    with pytest.raises(errors.NotFound):
        plan(workspace, None, NOW, against="ffffffff")


def test_a_log_that_lost_its_end_is_not_believed_here_any_more(workspace: Workspace, root: Path) -> None:
    live(workspace)
    add_gallery(root)
    live(workspace)
    max((Path(workspace.settings.store) / "log").iterdir()).unlink()
    with pytest.raises(errors.Corrupt, match="is missing"):
        current_release(workspace)


def test_keys_inside_a_mesh_are_refused(root: Path) -> None:
    with pytest.raises(errors.Refused, match="private keys must not lie in the mesh"):
        submit(open_folder(root, MESH_KEYS=str(root / "keys")), "nadia", NOW)


def test_a_machine_without_the_gates_key_can_verify_and_not_sign(root: Path, tmp_path: Path) -> None:
    first = live(open_folder(root))
    reader = open_folder(root, MESH_KEYS=str(tmp_path / "empty"), MESH_ROOT_KEY=root_key(open_folder(root)))
    assert current_release(reader) == first
    with pytest.raises(errors.NotFound, match="no private key"):
        deploy(reader, NOW)
    with pytest.raises(errors.NotFound, match="no root key is pinned"):
        current_release(open_folder(root, MESH_KEYS=str(tmp_path / "empty")))


def test_another_root_does_not_take_an_environment_over(root: Path, tmp_path: Path) -> None:
    live(open_folder(root))
    stranger = kept_key(tmp_path / "stranger.key")
    with pytest.raises(errors.Corrupt, match="does not trust"):
        current_release(open_folder(root, MESH_ROOT_KEY=stranger.public))


def test_the_log_keeps_what_was_released_by_whom(workspace: Workspace) -> None:
    live(workspace)
    (made,) = (e.body for e in history(workspace).entries if isinstance(e.body, Released))
    assert (made.base, made.author, made.approved_by) == (None, "nadia", ())


def test_what_was_seen_of_the_log_before_is_trusted_or_asked_for(root: Path, workspace: Workspace) -> None:
    live(workspace)
    seen = root / ".mesh" / "local" / "log-head.json"
    seen.write_text("")
    with pytest.raises(errors.Corrupt, match=r"log-head\.json"):
        history(workspace)
    seen.unlink()
    assert history(workspace).current("local") is not None
    assert [f.name for f in seen.parent.glob("*log-head*")] == [seen.name]
