"""Tampering: what somebody might do to get a release to run that the gate did not allow, and what each is told."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.actions.folders import SALES_FILE, add_gallery, edit, loosen_freshness, open_folder, write_mesh

from meshwright.actions.approve import approve
from meshwright.actions.audit import Wanted, trail, verify
from meshwright.actions.deploy import deploy
from meshwright.actions.plan import plan
from meshwright.actions.release import release
from meshwright.actions.revoke import revoke
from meshwright.actions.rollback import rollback
from meshwright.actions.submit import submit
from meshwright.gate.judge import NeedsApproval
from meshwright.gate.judge import Refused as RefusedPlan
from meshwright.model.errors import Corrupt, MeshError, NotFound, Refused
from meshwright.model.identity import Digest
from meshwright.release.entry import GATE, Approved, Pointed, Released
from meshwright.release.keys import SigningKey, kept_key, load_key
from meshwright.workspace.submissions import submissions
from meshwright.workspace.trust import current_release, history
from meshwright.workspace.workspace import Workspace

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Attack:
    """A mesh whose release runs, and a looser promise that waits for tomas, who has a key of his own."""

    folder: Path

    @property
    def root(self) -> Path:
        return self.folder / "mesh"

    @property
    def workspace(self) -> Workspace:
        return open_folder(self.root)

    @property
    def log(self) -> list[Path]:
        return sorted((Path(self.workspace.settings.store) / "log").iterdir())

    @property
    def waiting(self) -> Digest:
        return submissions(self.workspace, NOW)[0].waiting.asked.plan

    def sign(self, body: Approved | Pointed | Released, signer: str, key: SigningKey) -> None:
        """Write a record into the log, past all that our own commands look at."""
        self.workspace.log().append(body, signer, key, NOW)

    def waits_on(self) -> None:
        """Hold that nothing has come of it: neither a release, nor another verdict."""
        (handled,) = release(self.workspace, None, NOW)
        assert handled.release is None
        assert isinstance(handled.submission.judged.verdict, NeedsApproval)


def set_up(folder: Path) -> Attack:
    root = write_mesh(folder / "mesh")
    key = kept_key(folder / "keys" / "tomas.key")
    edit(root, "mesh.yaml", "name: Tomas Horvat", f"name: Tomas Horvat, publicKey: '{key.public}'")
    edit(root, "mesh.yaml", "{checked: ignore}", "{checked: ignore, paced: {severity: error, apart: 1h}}")
    workspace = open_folder(root)
    submit(workspace, "nadia", NOW)
    deploy(workspace, NOW)
    loosen_freshness(root)
    submit(workspace, "nadia", NOW)
    return Attack(folder)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return set_up(tmp_path_factory.mktemp("attack")).folder


@pytest.fixture
def attack(template: Path, tmp_path: Path) -> Attack:
    return Attack(shutil.copytree(template, tmp_path / "attack"))


def no_gate(attack: Attack) -> SigningKey:
    return SigningKey.generate()


def forged(attack: Attack) -> None:
    attack.sign(Approved(attack.waiting, "tomas", ("owner of `creators.trending-artists`",)), "tomas", no_gate(attack))


def spoken_for(attack: Attack) -> None:
    gate = load_key(attack.folder / "keys" / "gate.key")
    attack.sign(Approved(attack.waiting, "tomas", ("owner of `creators.trending-artists`",)), GATE, gate)


def for_another(attack: Attack) -> None:
    tomas = load_key(attack.folder / "keys" / "tomas.key")
    attack.sign(Approved(Digest.of(b"other"), "tomas", ("owner of `creators.trending-artists`",)), "tomas", tomas)


def in_another_role(attack: Attack) -> None:
    tomas = load_key(attack.folder / "keys" / "tomas.key")
    attack.sign(Approved(attack.waiting, "tomas", ("platform team",)), "tomas", tomas)


def as_oneself(attack: Attack) -> None:
    gate = load_key(attack.folder / "keys" / "gate.key")
    attack.sign(Approved(attack.waiting, "nadia", ("owner of `creators.trending-artists`",)), GATE, gate)


@pytest.mark.parametrize("trick", [forged, spoken_for, for_another, in_another_role, as_oneself])
def test_an_approval_that_is_none_lets_nothing_pass(attack: Attack, trick: Callable[[Attack], None]) -> None:
    trick(attack)
    attack.waits_on()


def unmade(attack: Attack) -> None:
    attack.sign(Pointed("local", Digest.of(b"x")), GATE, no_gate(attack))


def unsigned(attack: Attack) -> None:
    plain = json.loads(attack.log[-1].read_bytes())
    attack.log[-1].write_text(json.dumps(plain | {"signature": ""}, sort_keys=True, separators=(",", ":")))


def removed(attack: Attack) -> None:
    attack.log[2].unlink()


def cut_off(attack: Attack) -> None:
    attack.log[-1].unlink()


def swapped(attack: Attack) -> None:
    first, second = attack.log[1], attack.log[2]
    a, b = first.read_bytes(), second.read_bytes()
    first.write_bytes(b)
    second.write_bytes(a)


def reworded(attack: Attack) -> None:
    attack.log[1].write_bytes(attack.log[1].read_bytes().replace(b'"nadia"', b'"tomas"'))


@pytest.mark.parametrize(
    ("trick", "told"),
    [
        (unmade, "record 4 of the log is signed by a key that this environment does not trust"),
        (unsigned, "record 3 of the log was changed"),
        (removed, "record 2 of the log is missing"),
        (cut_off, "record 3 of the log is missing|is missing: 3 was the last"),
        (swapped, "record 1 of the log is not the one that was written there"),
        (reworded, "record 1 of the log was changed: its signature does not fit"),
    ],
)
def test_a_log_that_was_touched_is_told_by_every_verb(
    attack: Attack, trick: Callable[[Attack], None], told: str
) -> None:
    trick(attack)
    looks: tuple[Callable[[Workspace], object], ...] = (
        current_release,
        lambda workspace: deploy(workspace, NOW),
        lambda workspace: release(workspace, None, NOW),
        lambda workspace: trail(workspace, Wanted()),
        verify,
    )
    for look in looks:
        with pytest.raises(Corrupt, match=told):
            look(attack.workspace)


def is_told(workspace: Workspace) -> bool:
    """Tell whether somebody who looks at everything finds something wrong, and ends in no other way."""
    try:
        return verify(workspace).problems != ()
    except MeshError:
        return True


def test_a_flipped_byte_anywhere_is_told(attack: Attack) -> None:
    """In each record of the log, and in each file of the release that runs, at several places."""
    store = Path(attack.workspace.settings.store)
    runs = current_release(attack.workspace)
    verified: set[Digest] = set()
    attack.workspace.store().verify(runs, verified)
    files = [*attack.log, *(store / "objects" / d.hex[:2] / d.hex for d in sorted(verified))]
    assert len(files) >= 9
    for path in files:
        content = path.read_bytes()
        for place in {0, 1, len(content) // 3, len(content) // 2, len(content) - 1}:
            flipped = bytearray(content)
            flipped[place] ^= 1
            path.write_bytes(flipped)
            assert is_told(attack.workspace), (path, place)
            path.write_bytes(content)
    assert verify(attack.workspace).problems == ()


def test_a_release_without_the_approval_it_needed_is_found_though_the_gate_has_signed_it(attack: Attack) -> None:
    """Whoever holds the gate's key can write what they like; what they cannot do is to hide it."""
    (one,) = submissions(attack.workspace, NOW)
    asked = one.waiting.asked
    gate = load_key(attack.folder / "keys" / "gate.key")
    attack.sign(Released(asked.proposal, asked.base, asked.plan, "nadia", asked.parts, ("tomas",)), GATE, gate)
    ((number, told),) = verify(attack.workspace).problems
    assert (number, "without the approval of owner of `creators.trending-artists`" in told) == (4, True)


def test_a_release_of_something_else_than_was_allowed_is_found(attack: Attack) -> None:
    (one,) = submissions(attack.workspace, NOW)
    asked = one.waiting.asked
    gate = load_key(attack.folder / "keys" / "gate.key")
    attack.sign(Released(asked.proposal, asked.base, Digest.of(b"harmless"), "nadia"), GATE, gate)
    ((_, told),) = verify(attack.workspace).problems
    assert "it changes something else than plan" in told


def test_a_proposal_that_brings_its_authors_key_and_role_is_not_judged_by_them(attack: Attack) -> None:
    mallory = kept_key(attack.folder / "keys" / "mallory.key")
    usurper = f"  - {{username: mallory, publicKey: '{mallory.public}', roles: [platform]}}\n"
    edit(attack.root, "mesh.yaml", "people:\n", f"people:\n{usurper}")
    asked = submit(attack.workspace, "nadia", NOW).judged
    assert isinstance(asked.verdict, NeedsApproval)
    plan_digest = asked.proposal.plan.digest
    with pytest.raises(Refused, match="does not need the approval of `mallory`"):
        approve(attack.workspace, "mallory", plan_digest.short, NOW)
    attack.sign(Approved(plan_digest, "mallory", ("platform team",)), "mallory", mallory)
    attack.waits_on()


def test_a_proposal_that_weakens_the_policy_that_judges_it_does_not_profit_from_that(attack: Attack) -> None:
    edit(attack.root, "mesh.yaml", "{checked: ignore,", "{checked: ignore, owned: {severity: warning},")
    edit(attack.root, "domains/creators/domain.yaml", "team: {members: [{username: tomas, role: productOwner}]}\n", "")
    verdict = submit(attack.workspace, "nadia", NOW).judged.verdict
    assert isinstance(verdict, RefusedPlan)
    assert [d.code for d in verdict.findings] == ["MW0410"]


@pytest.mark.parametrize("weaker", ["paced: {severity: error, apart: 1m}", "paced: error", "paced: ignore"])
def test_a_proposal_that_weakens_a_parameter_is_judged_by_the_one_that_runs(attack: Attack, weaker: str) -> None:
    edit(attack.root, "mesh.yaml", "paced: {severity: error, apart: 1h}", weaker)
    port = "outputPorts:\n"
    edit(attack.root, SALES_FILE, port, f"schedule: {{cron: '*/30 * * * *'}}\n{port}")
    verdict = submit(attack.workspace, "nadia", NOW).judged.verdict
    assert isinstance(verdict, RefusedPlan)
    assert [(d.code, "two runs are to be 1h apart" in d.message) for d in verdict.findings] == [("MW0427", True)]


WAIVER = """\
waivers:
  - {policy: owned, product: creators.trending-artists, reason: Tomas leaves., owner: nadia, until: 2026-04-01}
people:
"""


def test_a_waiver_helps_neither_the_proposal_that_brings_it_nor_anybody_on_its_day(attack: Attack) -> None:
    edit(attack.root, "mesh.yaml", "people:\n", WAIVER)
    owner = "team: {members: [{username: tomas, role: productOwner}]}\n"
    edit(attack.root, "domains/creators/domain.yaml", owner, "")
    together = submit(attack.workspace, "nadia", NOW).judged.verdict
    assert isinstance(together, RefusedPlan)
    assert [d.code for d in together.findings] == ["MW0410"]

    edit(attack.root, "domains/creators/domain.yaml", "support:", f"{owner}support:")
    asked = submit(attack.workspace, "nadia", NOW).judged
    assert [need.role for need in asked.proposal.plan.needs if "waives" in str(need)] == ["platform team"]
    approve(attack.workspace, "piet", asked.proposal.plan.digest.short, NOW)
    tomas = load_key(attack.folder / "keys" / "tomas.key")
    attack.sign(
        Approved(asked.proposal.plan.digest, "tomas", ("owner of `creators.trending-artists`",)), "tomas", tomas
    )
    (released,) = release(attack.workspace, None, NOW)
    assert released.release is not None
    deploy(attack.workspace, NOW)

    edit(attack.root, "domains/creators/domain.yaml", owner, "")
    late = datetime(2026, 4, 1, tzinfo=UTC)
    verdict = submit(attack.workspace, "nadia", late).judged.verdict
    assert isinstance(verdict, RefusedPlan)
    assert [d.message.partition(" (")[2] for d in verdict.findings] == ["the waiver of nadia ended on 2026-04-01)"]
    assert not isinstance(submit(attack.workspace, "nadia", NOW).judged.verdict, RefusedPlan)


def test_a_key_that_was_taken_away_approves_nothing_any_more(attack: Attack) -> None:
    asked = attack.waiting
    approve(attack.workspace, "tomas", asked.short, NOW)
    other = kept_key(attack.folder / "tomas-new.key")
    old = load_key(attack.folder / "keys" / "tomas.key")
    edit(attack.root, "mesh.yaml", old.public, other.public)
    edit(attack.root, "domains/marketplace/artwork-sales/product.yaml", "maxAge: 6h", "maxAge: 90m")
    changed = submit(attack.workspace, "tomas", NOW).judged.proposal.plan.digest
    approve(attack.workspace, "piet", changed.short, NOW)
    release(attack.workspace, changed.short, NOW)
    deploy(attack.workspace, NOW)
    attack.waits_on()
    with pytest.raises(Refused, match="is not the one that the mesh knows"):
        approve(attack.workspace, "tomas", asked.short, NOW)


def test_a_revoked_release_is_refused_by_whoever_would_run_it(attack: Attack) -> None:
    first = current_release(attack.workspace)
    approve(attack.workspace, "tomas", attack.waiting.short, NOW)
    (handled,) = release(attack.workspace, None, NOW)
    assert handled.release is not None
    deploy(attack.workspace, NOW)
    revoked, running = revoke(attack.workspace, handled.release.short, "it leaks", NOW)
    assert (revoked, running) == (handled.release, ("local",))
    for look in (current_release, lambda w: deploy(w, NOW), lambda w: submit(w, "nadia", NOW)):
        with pytest.raises(Refused, match="was revoked: it leaks"):
            look(attack.workspace)
    with pytest.raises(Refused, match="was revoked before"):
        revoke(attack.workspace, revoked.short, "again", NOW)
    assert rollback(attack.workspace, None, NOW).release == first
    with pytest.raises(Refused, match="was revoked: it leaks"):
        rollback(attack.workspace, revoked.short, NOW)
    assert deploy(attack.workspace, NOW).release == first


def test_a_pointer_that_was_set_back_is_told_by_who_has_seen_the_newer(attack: Attack) -> None:
    approve(attack.workspace, "tomas", attack.waiting.short, NOW)
    release(attack.workspace, None, NOW)
    deploy(attack.workspace, NOW)
    attack.log[-1].unlink()
    with pytest.raises(Corrupt, match="is missing: 6 was the last that was seen here before"):
        current_release(attack.workspace)
    (attack.root / ".mesh" / "local" / "log-head.json").unlink()
    current_release(attack.workspace)  # whoever has seen nothing must be told by mesh.lock, or by a copy of the log


def test_nobody_approves_their_own_and_nobody_approves_what_is_not_there(attack: Attack) -> None:
    with pytest.raises(Refused, match="nobody approves their own plan"):
        approve(attack.workspace, "nadia", attack.waiting.short, NOW)
    with pytest.raises(NotFound, match="no plan that waits begins with `ffffffff`"):
        approve(attack.workspace, "tomas", "ffffffff", NOW)


def test_what_happened_is_read_by_product_person_release_and_environment(attack: Attack) -> None:
    approve(attack.workspace, "tomas", attack.waiting.short, NOW)
    (handled,) = release(attack.workspace, None, NOW)
    assert handled.release is not None
    deploy(attack.workspace, NOW)
    add_gallery(attack.root)
    submit(attack.workspace, "nadia", NOW)

    def kinds(**wanted: str) -> list[str]:
        return [type(e.body).__name__ for e in trail(attack.workspace, Wanted(**wanted))]

    ranked, sold = "creators.trending-artists", "marketplace.artwork-sales"
    assert kinds(person="tomas") == ["Approved"]
    assert kinds(release=handled.release.short) == ["Released", "Pointed"]
    assert kinds(environment="local") == ["Pointed", "Pointed"]
    assert kinds(product=ranked) == ["Released", "Pointed"]
    assert kinds(product=sold)[2:] == ["Submitted", "Approved", "Released", "Pointed", "Released"]
    assert len(kinds()) == len(attack.log) == len(history(attack.workspace).entries)
    assert plan(attack.workspace, None, NOW).proposal.plan.is_empty
    found = verify(attack.workspace)
    assert replace(found, files=0).problems == ()
    assert (found.records, found.releases) == (8, 3)
