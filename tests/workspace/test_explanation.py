"""The steps that are explained are the steps that are taken: the log and the store show nothing else afterwards."""

import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.actions.folders import add_gallery, loosen_freshness, open_folder, rename_price, write_mesh

from meshwright.actions.approve import approve
from meshwright.actions.deploy import deploy
from meshwright.actions.plan import plan
from meshwright.actions.release import release
from meshwright.actions.rollback import rollback
from meshwright.actions.submit import submit
from meshwright.actions.take import Tell, silently
from meshwright.model.identity import Digest
from meshwright.release.entry import Body, Pointed
from meshwright.release.files import object_file
from meshwright.workspace.explanation import Stage, explain
from meshwright.workspace.steps import Activate, Ask, Keep, Record, Step
from meshwright.workspace.trust import current_release, history
from meshwright.workspace.workspace import Workspace

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_mesh(tmp_path / "mesh")


@pytest.fixture
def workspace(root: Path) -> Workspace:
    return open_folder(root)


def explained(workspace: Workspace) -> tuple[Stage, ...]:
    return explain(workspace, plan(workspace, "nadia", NOW), "nadia")


def steps_of(stages: Iterable[Stage], *verbs: str) -> list[Step]:
    return [step for stage in stages if stage.verb in verbs for step in stage.steps]


def kept(stages: Iterable[Stage]) -> set[str]:
    """Return the objects that steps put into the store."""
    releases = [step.release for stage in stages for step in stage.steps if isinstance(step, Keep)]
    return {object_file(Digest.of(content)) for made in releases for content in made.files.values()}


def stored(workspace: Workspace) -> set[str]:
    folder = Path(workspace.settings.store.removeprefix("file://"))
    return {str(path.relative_to(folder)) for path in folder.glob("objects/*/*")}


def log(workspace: Workspace) -> list[Body]:
    return [entry.body for entry in history(workspace).entries]


def rehearsed(*_: object) -> int:
    return 1


def go_live(workspace: Workspace, tell: Tell = silently) -> None:
    submit(workspace, "nadia", NOW, tell)
    deploy(workspace, NOW, rehearsed, tell)


def test_each_verb_takes_the_steps_that_were_explained_in_their_order(root: Path, workspace: Workspace) -> None:
    first, taken = explained(workspace), list[Step]()
    assert not stored(workspace)
    go_live(workspace, taken.append)
    assert taken == steps_of(first, "submit", "deploy")
    assert stored(workspace) == kept(first)
    had, before = stored(workspace), log(workspace)
    add_gallery(root)
    told = explained(workspace)
    assert [stage.verb for stage in told] == ["submit", "deploy", "rollback"]
    assert (log(workspace), stored(workspace)) == (before, had)
    taken.clear()
    go_live(workspace, taken.append)
    rollback(workspace, None, NOW, taken.append)
    assert taken == steps_of(told, "submit", "deploy", "rollback")
    assert log(workspace)[len(before) :] == [step.body for step in taken if isinstance(step, Record)]
    assert stored(workspace) == had | kept(told)


def test_a_change_that_asks_is_made_as_explained_once_all_have_said_yes(root: Path, workspace: Workspace) -> None:
    go_live(workspace)
    had = stored(workspace)
    loosen_freshness(root)
    told, taken = explained(workspace), list[Step]()
    assert [stage.verb for stage in told] == ["submit", "approve", "release", "deploy", "rollback"]
    digest = submit(workspace, "nadia", NOW, taken.append).judged.proposal.plan.digest
    assert taken == steps_of(told, "submit")
    assert explained(workspace) == told[1:]  # what has been submitted is not submitted again
    people = {step.need.people[0] for step in steps_of(told, "approve") if isinstance(step, Ask)}
    for person in people:
        approve(workspace, person, digest.hex, NOW)
    approved, taken = explained(workspace), list[Step]()
    release(workspace, None, NOW, taken.append)
    deploy(workspace, NOW, rehearsed, taken.append)
    assert taken == steps_of(approved, "submit", "deploy")  # with nobody missing, to submit would release it, too
    made = steps_of(told, "release", "deploy")
    assert [step for step in taken if not isinstance(step, Record)] == [s for s in made if not isinstance(s, Record)]
    assert stored(workspace) == had | kept(told)


def test_whoever_dies_before_a_step_leaves_what_ran_whole_and_the_next_goes_on(tmp_path: Path) -> None:
    ready = open_folder(write_mesh(tmp_path / "ready/mesh"))
    go_live(ready)
    add_gallery(ready.root)
    told = steps_of(explained(ready), "submit", "deploy")
    ran = current_release(ready)
    for number, last in enumerate(told):
        place = shutil.copytree(tmp_path / "ready", tmp_path / str(number))
        workspace = open_folder(place / "mesh")
        with pytest.raises(KeyboardInterrupt):
            go_live(workspace, _dying(last))
        moved = any(isinstance(step, Record) and isinstance(step.body, Pointed) for step in told[:number])
        assert (current_release(workspace) == ran) is not moved, last
        workspace.store().verify(current_release(workspace))
        taken = list[Step]()
        go_live(workspace, taken.append)
        assert taken[-1] == told[-1] == Activate(current_release(workspace))


def _dying(last: Step) -> Tell:
    def tell(step: Step) -> None:
        if step == last:
            raise KeyboardInterrupt

    return tell


def test_nothing_is_done_of_a_plan_that_is_refused(root: Path, workspace: Workspace) -> None:
    go_live(workspace)
    rename_price(root)
    assert explained(workspace) == ()


def test_what_is_released_and_does_not_run_yet_is_deployed_only(workspace: Workspace) -> None:
    submit(workspace, "nadia", NOW)
    assert [stage.verb for stage in explained(workspace)] == ["deploy"]
