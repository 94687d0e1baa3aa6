"""The queries of checks and samples, and tables without SQL.

UPDATE_GOLDEN=1 writes what a person sees anew; read it before you keep it.
"""

import os
from pathlib import Path

import click
import pytest
from tests.mutants.mutant import EXAMPLES, MESHES

from meshwright.cli.console import diagnostic_text
from meshwright.compiler.compilation import compile_mesh
from meshwright.manifest.load import load
from meshwright.sql.asked import asked

GOLDEN = Path(__file__).parents[1] / "golden" / "diagnostics" / "asked"
MANIFEST = "domains/shop/orders/product.yaml"


@pytest.mark.parametrize("case", ["asked", "tables"])
def test_a_mistake_is_shown_where_it_stands_in_the_manifest(tmp_path: Path, case: str) -> None:
    folder = GOLDEN.parent / case
    found = compile_mesh(folder / "in", tmp_path).diagnostics
    seen = "\n\n".join(click.unstyle(diagnostic_text(d)) for d in found) + "\n"
    expected = folder / "expected.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        expected.write_text(seen)
    assert seen == expected.read_text()


def test_a_place_in_a_query_is_one_in_the_file() -> None:
    lines = (GOLDEN / "in" / MANIFEST).read_text().splitlines()
    (product,) = load(GOLDEN / "in").mesh.products
    for found in asked(product):
        assert found.at.text == lines[found.at.line - 1]
        assert 1 <= found.at.column <= found.at.column + found.at.width - 1 <= len(found.at.text)


def test_the_queries_of_the_examples_make_sense() -> None:
    products = [product for mesh in MESHES for product in load(EXAMPLES / mesh).mesh.products]
    assert sum(len(port.samples) for product in products for port in product.outputs) > 5
    assert [asked(product) for product in products] == [()] * len(products)
