"""What a person sees for each mistake. Written anew with UPDATE_GOLDEN=1: read it before you keep it."""

import os
from pathlib import Path

import click
import pytest

from meshwright.cli.console import diagnostic_text
from meshwright.manifest.codes import MEANING, Code
from meshwright.manifest.load import load

GOLDEN = Path(__file__).parents[1] / "golden" / "diagnostics" / "manifest"
ELSEWHERE = {Code.NOT_FETCHED, Code.LAXER}
"""What a store must tell, or the gate: tests/actions/test_fetch.py and tests/gate/policies/test_rulings.py show it."""

CASES = sorted(p for p in GOLDEN.iterdir() if p.is_dir())


def seen(case: Path) -> str:
    return "\n\n".join(click.unstyle(diagnostic_text(d)) for d in load(case / "in").diagnostics) + "\n"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_mistake_is_shown_where_it_is_with_a_way_out(case: Path) -> None:
    expected = case / "expected.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        expected.write_text(seen(case))
    assert seen(case) == expected.read_text()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_diagnostic_points_into_the_line_that_it_shows(case: Path) -> None:
    for found in load(case / "in").diagnostics:
        if found.at.text:
            assert 1 <= found.at.column <= found.at.column + found.at.width - 1 <= len(found.at.text)


def test_every_code_means_something_and_is_shown_by_a_case() -> None:
    shown = {d.code for case in CASES for d in load(case / "in").diagnostics}
    assert set(MEANING) == set(Code)
    assert shown == {code.value for code in Code} - ELSEWHERE
