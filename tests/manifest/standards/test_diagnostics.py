"""What a person sees for each mistake in a contract. Written anew with UPDATE_GOLDEN=1: read it before you keep it."""

import os
from pathlib import Path

import click
import pytest
from tests.manifest.samples import write

from meshwright.cli.console import diagnostic_text
from meshwright.manifest.load import load
from meshwright.manifest.standards.codes import MEANING, Code
from meshwright.model.diagnostic import Diagnostic

GOLDEN = Path(__file__).parents[2] / "golden" / "diagnostics" / "standards"
CASES = sorted(p for p in GOLDEN.iterdir() if p.is_dir())
PRODUCT = """\
apiVersion: meshwright/v1
kind: DataProduct
description: {purpose: One row per item.}
outputPorts:
  - name: stock
    version: 1.0.0
    virtual: {connection: shop-db, table: stock}
    contract: stock.odcs.yaml
"""


def found(case: Path, root: Path) -> tuple[Diagnostic, ...]:
    contract = (case / "contract.odcs.yaml").read_text()
    files = {"domains/shop/stock/product.yaml": PRODUCT, "domains/shop/stock/stock.odcs.yaml": contract}
    return load(write(root, {**files})).diagnostics


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_mistake_is_shown_where_it_is_with_a_way_out(case: Path, tmp_path: Path) -> None:
    seen = "\n\n".join(click.unstyle(diagnostic_text(d)) for d in found(case, tmp_path)) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        (case / "expected.txt").write_text(seen)
    assert seen == (case / "expected.txt").read_text()


def test_every_code_means_something_and_is_shown_by_a_case(tmp_path: Path) -> None:
    shown = {d.code for case in CASES for d in found(case, tmp_path / case.name)}
    assert set(MEANING) == set(Code)
    assert {code for code in shown if code.startswith("MW06")} == {code.value for code in Code}
