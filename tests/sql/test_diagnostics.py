"""What a person sees for each mistake. UPDATE_GOLDEN=1 writes the files anew; read them before you keep them."""

import os
from pathlib import Path

import click
import pytest
from tests.sql.samples import understood

from meshwright.cli.console import diagnostic_text
from meshwright.model.diagnostic import Severity
from meshwright.sql.codes import MEANING, Code

GOLDEN = Path(__file__).parents[1] / "golden" / "diagnostics" / "sql"
CASES = sorted(GOLDEN.glob("*.sql"))
CONTRACTS = {
    "contract": "x amount:number qty:integer",
    "type": "x amount:integer",
    "grouping": "x y:number z:number",
    "nullable": "x! n:integer! day:date! qty:integer",
}
WARNINGS = {"nullable", "quoted-template"}


def seen(case: Path) -> str:
    diagnostics = understood(case.read_text(), CONTRACTS.get(case.stem, "x")).diagnostics
    return "\n\n".join(click.unstyle(diagnostic_text(d)) for d in diagnostics) + "\n"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_mistake_is_shown_where_it_is_with_a_way_out(case):
    expected = case.with_suffix(".txt")
    if os.environ.get("UPDATE_GOLDEN"):
        expected.write_text(seen(case))
    assert seen(case) == expected.read_text()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_every_mistake_points_into_the_file_and_nearly_all_are_errors(case):
    lines = case.read_text().splitlines()
    for found in understood(case.read_text(), CONTRACTS.get(case.stem, "x")).diagnostics:
        assert found.severity is (Severity.WARNING if case.stem in WARNINGS else Severity.ERROR)
        if found.at.file.endswith(".sql"):
            assert found.at.text == lines[found.at.line - 1]
            assert 1 <= found.at.column <= found.at.column + found.at.width - 1 <= max(1, len(found.at.text))


def test_every_code_says_what_it_means():
    assert set(MEANING) == set(Code)
