"""What a person sees for each mistake between products. UPDATE_GOLDEN=1 writes it anew: read it before you keep it."""

import os
from pathlib import Path

import click
import pytest

from meshwright.cli.console import diagnostic_text
from meshwright.compiler.compilation import compile_mesh
from meshwright.graph.codes import MEANING, Code
from meshwright.model.diagnostic import Diagnostic

GOLDEN = Path(__file__).parents[1] / "golden" / "diagnostics" / "graph"
CASES = sorted(p for p in GOLDEN.iterdir() if p.is_dir())


def found(case: Path, cache: Path) -> tuple[Diagnostic, ...]:
    return compile_mesh(case / "in", cache).diagnostics


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_mistake_is_shown_where_it_is_with_a_way_out(case: Path, tmp_path: Path) -> None:
    seen = "\n\n".join(click.unstyle(diagnostic_text(d)) for d in found(case, tmp_path)) + "\n"
    expected = case / "expected.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        expected.write_text(seen)
    assert seen == expected.read_text()


def test_every_code_means_something_and_is_shown_by_a_case(tmp_path: Path) -> None:
    assert set(MEANING) == set(Code)
    assert {d.code for case in CASES for d in found(case, tmp_path)} == {code.value for code in Code}
