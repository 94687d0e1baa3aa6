"""The labelled changes: each breaks readers of a table or does not, and the gate says so, to whom, and what follows.

They go the whole way: files are edited, read, understood, compared with a release that runs, and judged.
"""

import os
import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.gate.changes.labelled.cases import KINDS, MESH, Case, cases, do

from meshwright.actions.deploy import deploy
from meshwright.actions.plan import plan
from meshwright.actions.submit import submit
from meshwright.gate.judge import NeedsApproval, Refused
from meshwright.workspace.judged import Judged
from meshwright.workspace.workspace import Workspace, open_workspace

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CASES = cases()
PAGE = Path(__file__).parents[3] / "docs" / "compatibility.md"
MARK = "<!-- made of tests/gate/changes/labelled -->"


@dataclass(frozen=True)
class Said:
    """What the gate makes of a change, in the words of the tables."""

    breaks: bool
    found: list[str]
    version: str
    readers: list[str]
    gate: str | list[str]


@pytest.fixture(scope="module")
def bazaar(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The mesh of the tables, as it runs."""
    folder = tmp_path_factory.mktemp("labelled")
    workspace = opened(shutil.copytree(MESH, folder / "mesh"), folder)
    submit(workspace, "piet", NOW)
    deploy(workspace, NOW)
    return workspace


def opened(root: Path, folder: Path) -> Workspace:
    return open_workspace(root, {"MESH_KEYS": str(folder / "keys")}, {})


def judged(bazaar: Workspace, case: Case, folder: Path) -> Judged:
    """Do the change to a copy, and plan it as somebody who owns nothing."""
    root = shutil.copytree(bazaar.root, folder / "mesh")
    do(root / "domains", case.diff)
    return plan(opened(root, bazaar.root.parent), "somebody", NOW)


def said(made: Judged) -> Said:
    effects = made.proposal.plan.effects
    readers = {f"{c.at.file.removeprefix('domains/')}:{c.at.line}" for e in effects for c in e.consumers}
    match made.verdict:
        case Refused():
            gate: str | list[str] = "refused"
        case NeedsApproval(missing=missing):
            gate = sorted({n.role for n in missing})
        case _:
            gate = "allowed"
    found = sorted(type(e.change).__name__ for e in effects)
    part = made.proposal.plan.part.word if effects else "none"
    return Said(any(e.is_breaking for e in effects), found, part, sorted(readers), gate)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_gate_says_of_a_change_what_its_label_says(bazaar: Workspace, case: Case, tmp_path: Path) -> None:
    made = judged(bazaar, case, tmp_path)
    assert said(made) == Said(case.breaks, case.found, case.version, case.readers, case.gate)


def test_there_are_enough_of_them_and_about_half_break() -> None:
    breaking = sum(case.breaks for case in CASES)
    assert len(CASES) >= 80
    assert 0.4 < breaking / len(CASES) < 0.6
    assert len({case.change for case in CASES}) == len(CASES)


def test_the_page_shows_them_all() -> None:
    """docs/compatibility.md is made of the tables. Written anew with UPDATE_GOLDEN=1."""
    head, _, _ = PAGE.read_text().partition(MARK)
    made = f"{head}{MARK}\n{shown()}"
    if os.environ.get("UPDATE_GOLDEN"):
        PAGE.write_text(made)
    assert PAGE.read_text() == made


def shown() -> str:
    parts = []
    for kind in KINDS:
        of_kind = [case for case in CASES if case.kind == kind]
        count = Counter(case.breaks for case in of_kind)
        parts += [f"\n## {kind.capitalize()}", "", f"{count[True]} break a reader, {count[False]} do not.", ""]
        parts += ["| change | breaks | version | the gate |", "|---|---|---|---|"]
        parts += [f"| {c.change} | {'yes' if c.breaks else ''} | {c.version} | {word(c)} |" for c in of_kind]
    return "\n".join(parts) + "\n"


def word(case: Case) -> str:
    return case.gate if isinstance(case.gate, str) else f"asks {', '.join(case.gate)}"
