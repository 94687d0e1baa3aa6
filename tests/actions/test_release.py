"""Release: whatever a submission changes, the store alone says it as its author did, and it is released as it is."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.actions.folders import (
    MESH,
    RANKING,
    RANKING_FILE,
    RANKING_SQL,
    add_gallery,
    edit,
    loosen_freshness,
    open_folder,
    write_mesh,
)
from tests.actions.repositories import NOW, Repositories, open_repositories, silent

from meshwright.actions.approve import approve
from meshwright.actions.deploy import deploy
from meshwright.actions.fetch import fetch
from meshwright.actions.plan import plan
from meshwright.actions.release import release
from meshwright.actions.submit import submit
from meshwright.compiler.compilation import compile_sound
from meshwright.gate.judge import NeedsApproval, Refused
from meshwright.model.identity import Digest
from meshwright.release.graph import graph_of
from meshwright.release.keys import kept_key
from meshwright.workspace.judged import Judged
from meshwright.workspace.submissions import submissions
from meshwright.workspace.trust import root_key
from meshwright.workspace.workspace import Workspace

RANKING_FOLDER = "domains/creators/trending-artists"


def _drop(path: str) -> Callable[[Path], None]:
    return lambda root: shutil.rmtree(root / path)


def _text(file: str, before: str, after: str) -> Callable[[Path], None]:
    return lambda root: edit(root, file, before, after)


def _all(*changes: Callable[[Path], None]) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        for one in changes:
            one(root)

    return change


def _write(file: str, text: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(text)

    return change


_STEWARD = _text("domains/creators/domain.yaml", "team:", "steward: piet\nteam:")
_NO_REVENUE = _all(
    _text(RANKING_FILE, "            - {name: revenue, logicalType: number, description: What was paid in all.}\n", ""),
    _text(RANKING_SQL, ",\n  SUM(price) AS revenue", ""),
)
_TERM = "glossary: [{name: revenue, description: What was paid in all.}]\n"
_NEW = _all(
    _write("domains/lab/domain.yaml", "team: {members: [{username: nadia, role: productOwner}]}\n"),
    _write("domains/lab/ranks/product.yaml", RANKING.replace("name: ranking", "name: ranks")),
    _write("domains/lab/ranks/ranks.sql", "SELECT artist, MAX(price) AS revenue FROM sales GROUP BY artist\n"),
)
CHANGES: dict[str, Callable[[Path], None]] = {
    "a column is added": add_gallery,
    "a promise is loosened": loosen_freshness,
    "a column is removed": _NO_REVENUE,
    "a port is removed, and another comes": _text(RANKING_FILE, "version: 1.0.0", "version: 2.0.0"),
    "a product is removed": _drop(RANKING_FOLDER),
    "a domain is removed": _drop("domains/creators"),
    "a product is added in a domain that is new": _NEW,
    "one product is removed and another changed": _all(_drop(RANKING_FOLDER), add_gallery),
    "a product goes to another domain": _all(_NEW, _drop(RANKING_FOLDER)),
    "all products are removed": _drop("domains"),
    "somebody comes": _text("mesh.yaml", "people:\n", "people:\n  - {username: lucia, name: Lucia Costa}\n"),
    "somebody goes": _text("mesh.yaml", "  - {username: lea, name: Lea Marin}\n", ""),
    "somebody may more": _text("mesh.yaml", "{username: lea, name", "{username: lea, roles: [platform], name"),
    "the glossary has a word": _write("mesh.yaml", MESH + _TERM),
    "a policy is decided": _text("mesh.yaml", "policies: {", "policies: {named: warning, "),
    "a purpose is added, for all": _text(
        "mesh.yaml", "people:", "purposes: [{name: fame, director: piet}]\npurpose: fame\npeople:"
    ),
    "a domain has another steward": _text("domains/creators/domain.yaml", "steward: piet", "steward: tomas"),
    "a domain has another team": _text("domains/creators/domain.yaml", "username: tomas", "username: nadia"),
    "mesh.yaml and a product change at once": _all(_text("mesh.yaml", "name: Lea Marin", "name: Lea M."), add_gallery),
    "a product is reformatted, and another changes": _all(_text(RANKING_SQL, "\n  ", "  "), loosen_freshness),
}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mesh that runs, in a folder that belongs to it."""
    folder = tmp_path_factory.mktemp("mesh")
    root = write_mesh(folder / "mesh")
    _STEWARD(root)
    key = kept_key(folder / "nadias" / "nadia.key")
    edit(root, "mesh.yaml", "name: Nadia Benali", f"name: Nadia Benali, publicKey: '{key.public}'")
    edit(root, "mesh.yaml", "people:\n", "people:\n  - {username: lea, name: Lea Marin}\n")
    gate = open_folder(root)
    assert submit(gate, "nadia", NOW).release
    deploy(gate, NOW)
    return folder


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_is_submitted_without_the_gate_is_released_by_it_as_it_is(
    template: Path, tmp_path: Path, change: Callable[[Path], None]
) -> None:
    shutil.copytree(template, tmp_path / "all")
    root = tmp_path / "all" / "mesh"
    gate = open_folder(root)
    change(root)
    author = open_folder(root, MESH_KEYS=str(tmp_path / "all" / "nadias"), MESH_ROOT_KEY=root_key(gate))
    asked = submit(author, "nadia", NOW)
    assert asked.release is None
    made = _released_from_the_store(gate, asked.judged)
    mesh, files = graph_of(gate.store(), made).mesh, compile_sound(root, gate.cache).mesh
    assert (mesh.products, mesh.domains, mesh.written) == (files.products, files.domains, files.written)
    assert plan(gate, "nadia", NOW).proposal.plan.is_empty


def _released_from_the_store(gate: Workspace, asked: Judged) -> Digest:
    """Let everybody who is asked approve the only submission that waits, and the gate release it."""
    assert not isinstance(asked.verdict, Refused), asked.verdict
    (one,) = submissions(gate, NOW)
    there, here = one.judged.proposal.plan, asked.proposal.plan
    assert (there.parts, there.needs, there.digest) == (here.parts, here.needs, here.digest)
    assert [e.change for e in there.effects] == [e.change for e in here.effects]
    if isinstance(asked.verdict, NeedsApproval):
        for person in dict.fromkeys(p for need in asked.verdict.missing for p in need.people or there.fallback):
            approve(gate, person, there.digest.short, NOW)
    (handled,) = release(gate, None, NOW)
    assert handled.release is not None, handled.submission.judged.verdict
    return handled.release


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return open_repositories(tmp_path_factory.mktemp("three")).folder


RANKS = "domains/insight/ranking"
ELSEWHERE: dict[str, Callable[[Path], None]] = {
    "its SQL changes": _text(f"{RANKS}/ranking.sql", "price AS", "price + 7 AS"),
    "its product is removed": _drop(RANKS),
    "its column is removed": _all(
        _text(f"{RANKS}/product.yaml", "            - {name: rank, logicalType: number, description: How much.}\n", ""),
        _text(f"{RANKS}/ranking.sql", ",\n  price AS rank", ""),
    ),
    "its port has another version": _text(f"{RANKS}/product.yaml", "version: 1.0.0", "version: 2.0.0"),
    "its steward is another": _text("domains/insight/domain.yaml", "steward: piet", "steward: tomas"),
}


@pytest.mark.parametrize("is_behind", [False, True], ids=["up to date", "behind"])
@pytest.mark.parametrize("change", ELSEWHERE.values(), ids=ELSEWHERE)
def test_what_a_domain_of_its_own_submits_is_released_as_it_is(
    apart: Path, tmp_path: Path, change: Callable[[Path], None], is_behind: bool
) -> None:
    """Its lock may name a release that others have gone past: what they have changed is as they left it."""
    three = _copied(apart, tmp_path / "three")
    edit(three.folder / "platform", "domains/assets/works/works.sql", "size FROM", "size + 1 AS size FROM")
    three.goes_live("platform", "piet")
    if not is_behind:
        fetch(three.open("insight"), silent)
    change(three.folder / "insight")
    gate = three.open("insight", at_the_gate=True)
    asked = submit(gate, "lea", NOW)
    made = asked.release or _released_from_the_store(gate, asked.judged)
    graph = graph_of(gate.store(), made)
    assert "size + 1" in str([t.transform for p in graph.mesh.products for _, t in p.tables()])
    assert plan(three.open("insight"), "tomas", NOW).proposal.plan.is_empty


def _copied(template: Path, folder: Path) -> Repositories:
    shutil.copytree(template, folder)
    edit(folder / "platform", "mesh.yaml", str(template / "store"), str(folder / "store"))
    return Repositories(folder)
