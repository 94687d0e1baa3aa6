"""Contracts that others wrote survive: what comes out of the mesh means what went in."""

from pathlib import Path
from typing import Any

import pytest
from tests.corpus import ABSENT, Row, rows
from tests.interop.odcs.meaning import meaning

from meshwright.actions.export_odcs import export_odcs
from meshwright.actions.import_odcs import import_odcs
from meshwright.interop.odcs.versions import WRITTEN, versioned
from meshwright.manifest.load import load
from meshwright.manifest.place import Text
from meshwright.manifest.problems import Problems
from meshwright.manifest.standards.official import VERSIONS, Standard, validator
from meshwright.manifest.syntax import read_file, read_yaml
from meshwright.manifest.writing import yaml_text
from meshwright.model.address import ProductAddress
from meshwright.model.diagnostic import errors

VALID = [r for r in rows("DataContract") if r.valid and r.version in VERSIONS[Standard.ODCS]]
ADDRESS = ProductAddress("theirs", "data")

pytestmark = pytest.mark.skipif(not VALID, reason=ABSENT)


def plain(text: str) -> Any:
    document = read_yaml(Text("contract", text), Problems(), foreign=True)
    assert document is not None
    return document.value


def original(row: Row) -> Any:
    document = read_file(row.path, row.name, Problems(), foreign=True)
    assert document is not None
    return document.value


@pytest.fixture
def mesh(tmp_path: Path) -> Path:
    (tmp_path / "mesh.yaml").write_text("name: ours\n")
    (tmp_path / "domains" / "theirs").mkdir(parents=True)
    (tmp_path / "domains" / "theirs" / "domain.yaml").write_text("description: Theirs.\n")
    return tmp_path


@pytest.mark.parametrize("version", WRITTEN)
@pytest.mark.parametrize("row", VALID, ids=lambda r: r.name)
def test_every_valid_contract_means_the_same_when_it_is_written_anew(row: Row, version: str) -> None:
    before = original(row)
    made = versioned(before, version, row.name)
    again = plain(yaml_text(made.plain))
    assert again == made.plain
    assert meaning(again) == meaning(before)
    assert validator(Standard.ODCS, made.version).is_valid(again)


@pytest.mark.parametrize("row", VALID, ids=lambda r: r.name)
def test_every_contract_that_can_be_a_product_survives_import_and_export(row: Row, mesh: Path) -> None:
    done = import_odcs(mesh, load(mesh).mesh, row.path, ADDRESS)
    if not done.files:
        assert done.found
        assert all(d.at.line and d.message for d in done.found)
        return
    loaded = load(mesh)
    assert errors(loaded.diagnostics) == ()
    product = loaded.mesh.product(ADDRESS)
    assert product is not None
    (exported,) = export_odcs(mesh, product, "v3.1.0")
    assert meaning(plain(exported.text)) == meaning(original(row))
