"""The house rules that no other tool holds."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "meshwright"
MODULES = sorted(SOURCE.rglob("*.py"))
PACKAGES = sorted(p for p in SOURCE.rglob("__init__.py") if "migrations" not in p.parts)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_a_module_has_one_subject_and_at_most_400_lines(module: Path) -> None:
    assert len(module.read_text().splitlines()) <= 400


@pytest.mark.parametrize("package", PACKAGES, ids=name_of)
def test_a_package_says_what_it_is_for_and_holds_no_code(package: Path) -> None:
    body = ast.parse(package.read_text()).body
    assert ast.get_docstring(ast.Module(body, []))
    assert all(isinstance(node, ast.Expr | ast.Assign) for node in body)


def test_a_frozen_class_is_a_value_which_takes_a_tenth_of_the_time_to_make() -> None:
    slow = "@dataclass(frozen=True, slots=True)"
    assert [name_of(module) for module in MODULES if f"\n{slow}" in module.read_text()] == []


def test_every_layer_is_in_the_flow_table() -> None:
    table = (ROOT / "docs" / "architecture.md").read_text()
    folders = {p.name for p in SOURCE.iterdir() if p.is_dir() and p.name != "__pycache__"}
    assert {f for f in folders if f"`{f}`" not in table} == set()


def test_every_word_of_the_glossary_is_where_it_says() -> None:
    values = re.findall(r"\| `([a-z_.]+)(?:\.([A-Z]\w+))?(?:\.\w+)?` \|", (ROOT / "docs" / "glossary.md").read_text())
    assert len(values) > 25
    for module, value in values:
        path = SOURCE / module.replace(".", "/")
        file = path.with_suffix(".py") if path.with_suffix(".py").exists() else path / "__init__.py"
        assert file.exists(), module
        assert re.search(rf"\b{value}\b", file.read_text()), f"{module}.{value}"


def test_every_decision_is_in_the_index_under_its_number_and_title() -> None:
    folder = ROOT / "docs" / "decisions"
    found = {p.name: p.read_text().splitlines()[0] for p in folder.glob("0*.md")}
    entries = [f"- [{name[:4]}]({name}) {head.partition('. ')[2]}" for name, head in sorted(found.items())]
    assert [head.partition(".")[0] for _, head in sorted(found.items())] == [f"# {int(n[:4])}" for n in sorted(found)]
    assert [line for line in (folder / "README.md").read_text().splitlines() if line.startswith("- ")] == entries


def test_no_path_of_a_machine_is_in_the_project() -> None:
    machine = re.compile("/" + r"(work|root|home)/\w")
    text_files = [p for f in ("src", "docs", "examples", "tests", "bench") for p in (ROOT / f).rglob("*.*")]
    kinds = {".py", ".md", ".yaml", ".yml", ".sql", ".toml"}
    found = [
        name_of(p) for p in text_files if p.suffix in kinds and ".mesh" not in p.parts and machine.search(p.read_text())
    ]
    assert found == []


def test_every_diagnostic_is_shown_as_a_person_sees_it() -> None:
    codes = re.compile(r'^ {4}[A-Z_]+ = "(MW\d{4})"', re.MULTILINE)
    known = {code for path in SOURCE.rglob("codes.py") for code in codes.findall(path.read_text())}
    golden = [path.read_text() for path in (ROOT / "tests" / "golden").rglob("*.txt")]
    page = (ROOT / "docs" / "diagnostics.md").read_text()  # what it shows is held to the letter, too
    told = re.compile(r"^(?:error|warning)\[(MW\d{4})\]: ", re.MULTILINE)
    shown = {code for text in (*golden, page) for code in told.findall(text)}
    assert len(known) > 50
    assert known - shown == set()
