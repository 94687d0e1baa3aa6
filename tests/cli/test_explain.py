"""Every diagnostic is explained, and every example on the page is what happens. Written anew with UPDATE_GOLDEN=1."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from meshwright.actions.deploy import deploy
from meshwright.actions.submit import submit
from meshwright.cli.console import diagnostic_text
from meshwright.cli.explain import Explanation, explanations
from meshwright.cli.main import mesh
from meshwright.compiler.compilation import compile_mesh
from meshwright.gate.codes import MEANING as GATE
from meshwright.graph.codes import MEANING as GRAPH
from meshwright.manifest.codes import MEANING as MANIFEST
from meshwright.manifest.standards.codes import MEANING as STANDARDS
from meshwright.model.diagnostic import Diagnostic
from meshwright.model.errors import NotFound
from meshwright.sql.codes import MEANING as SQL
from meshwright.workspace.proposal import propose
from meshwright.workspace.workspace import Workspace, open_workspace

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "diagnostics.md"
SHOP = ROOT / "tests" / "data" / "corner-shop"
MEANINGS = {str(code): meaning for table in (MANIFEST, SQL, GRAPH, GATE, STANDARDS) for code, meaning in table.items()}
ELSEWHERE = {"MW0130", "MW0218", "MW0406", "MW0408", "MW0450", "MW0453"}
"""What needs a store, a port of several tables or that goes, several domains, runs or regions: it is shown by
tests/actions/test_fetch.py, tests/sql/test_tables.py, tests/gate/changes/labelled and tests/gate/effects."""

EXAMPLES = [e for e in explanations().values() if e.code not in ELSEWHERE]
BLOCK = re.compile(r"^```(?P<kind>diff|console)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Hunk:
    """Lines of one file, before and after; or, without a file, the files that go and come."""

    file: str
    lines: tuple[str, ...]

    def before(self) -> str:
        return "".join(f"{line[1:]}\n" for line in self.lines if line[0] in " -")

    def after(self) -> str:
        return "".join(f"{line[1:]}\n" for line in self.lines if line[0] in " +")


def hunks(diff: str) -> Iterator[Hunk]:
    if not diff.startswith("@@ "):
        yield Hunk("", tuple(diff.splitlines()))
        return
    for part in diff.removeprefix("@@ ").split("\n@@ "):
        file, *lines = part.splitlines()
        yield Hunk(file.removesuffix(" @@"), tuple(lines))


def exchange(root: Path, diff: str, *, backwards: bool = False) -> None:
    """Do what a diff says to the files below a folder, or undo it."""
    for hunk in hunks(diff):
        old, new = (hunk.after(), hunk.before()) if backwards else (hunk.before(), hunk.after())
        path = root / hunk.file
        if hunk.file and not old and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(new)
        elif hunk.file:
            assert path.read_text().count(old) == 1, (hunk.file, old)
            path.write_text(path.read_text().replace(old, new))
        elif not old:
            (root / new.strip()).write_text((SHOP / new.strip()).read_text() if (SHOP / new.strip()).exists() else "")
        else:
            content = (root / old.strip()).read_text()
            (root / old.strip()).unlink()
            if new:
                (root / new.strip()).write_text(content)


@dataclass
class Example:
    """A section's diffs, a change of what runs, where there is one, and what mends it; and a shop to do them to."""

    explanation: Explanation
    workspace: Workspace

    def __post_init__(self) -> None:
        before, _, after = self.explanation.text.partition("```console")
        self.change = "".join(b["text"] for b in BLOCK.finditer(before))
        self.fix = "".join(b["text"] for b in BLOCK.finditer(f"```console{after}") if b["kind"] == "diff")

    def makes_the_mistake(self) -> None:
        if self.change:
            exchange(self.workspace.root, self.change)
        else:
            exchange(self.workspace.root, self.fix, backwards=True)

    def mends_it(self) -> None:
        exchange(self.workspace.root, self.fix)

    def found(self) -> list[Diagnostic]:
        """Return the diagnostics of this code, those of `mesh validate`, or of `mesh plan` for a change."""
        if self.change:
            found = propose(self.workspace, NOW).plan.findings
        else:
            found = compile_mesh(self.workspace.root, self.workspace.cache).diagnostics
        return [d for d in found if d.code == self.explanation.code]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A shop whose release runs."""
    root = tmp_path_factory.mktemp("corner") / "shop"
    shutil.copytree(SHOP, root, ignore=shutil.ignore_patterns(".mesh"))
    workspace = open_workspace(root, {"MESH_KEYS": str(root.parent / "keys")}, {})
    submit(workspace, "ben", NOW)
    deploy(workspace, NOW)
    return workspace


@pytest.fixture
def example(request: pytest.FixtureRequest, shop: Workspace, tmp_path: Path) -> Example:
    root = shutil.copytree(shop.root, tmp_path / "shop")
    return Example(request.param, open_workspace(root, {"MESH_KEYS": str(shop.settings.keys)}, {}))


def shown(found: list[Diagnostic]) -> str:
    return "\n\n".join(click.unstyle(diagnostic_text(d)) for d in found)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.code, indirect=True)
def test_a_mistake_is_told_as_the_page_shows_it_and_mended_as_it_says(example: Example) -> None:
    example.makes_the_mistake()
    found = example.found()
    assert found
    code = example.explanation.code
    if os.environ.get("UPDATE_GOLDEN"):
        block = re.compile(rf"(### {code}: .*?```console\n).*?(```\n)", re.DOTALL)
        PAGE.write_text(block.sub(lambda m: f"{m[1]}{shown(found)}\n{m[2]}", PAGE.read_text(), count=1))
    assert f"```console\n{shown(found)}\n```" in explanations()[code].text
    if example.fix:
        example.mends_it()
        assert example.found() == []


def test_the_shop_of_the_examples_has_nothing_wrong(tmp_path: Path) -> None:
    assert compile_mesh(SHOP, tmp_path).diagnostics == ()


def test_every_code_is_explained_and_nothing_else() -> None:
    assert {e.code: e.meaning for e in explanations().values()} == MEANINGS
    assert all(e.text for e in explanations().values())


def explain(*words: str) -> Result:
    return CliRunner().invoke(mesh, ["explain", *words], catch_exceptions=False, standalone_mode=False)


def test_a_code_is_explained_without_markdown() -> None:
    said = explain("mw0105").stdout
    assert said.startswith("error MW0105: a key that does not exist\n")
    assert "did you mean `version`?" in said
    assert "what mends it:\n    @@ domains/shop/orders/product.yaml @@\n    -    verison: 1.0.0\n" in said
    assert "```" not in said


def test_a_program_reads_what_a_code_means() -> None:
    told = json.loads(explain("MW0402", "--format", "json").stdout)
    assert (told["code"], told["severity"], told["meaning"]) == ("MW0402", "warning", MEANINGS["MW0402"])
    assert [e["code"] for e in json.loads(explain("--format", "json").stdout)] == list(MEANINGS)


def test_without_a_code_all_are_listed() -> None:
    lines = explain().stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["CODE", *MEANINGS]


def test_a_code_that_is_none_is_refused() -> None:
    with pytest.raises(NotFound) as refused:
        explain("MW105")
    assert refused.value.hint == "did you mean `MW0105`?"
