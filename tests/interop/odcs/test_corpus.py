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
from meshwright.manifest.standards.official import VERSIONS, Standard, validator
from meshwright.manifest.text.lines import Text
from meshwright.manifest.text.problems import Problems
from meshwright.manifest.text.syntax import read_file, read_yaml
from meshwright.manifest.text.writing import yaml_text
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


NO_PRODUCTS = {
    "describes no table": {
        "bitol-io__open-data-contract-standard__docs__examples__server__azure-server.odcs.yaml",
        "bitol-io__open-data-contract-standard__docs__examples__sla__database-table-sla.odcs.yaml",
        "bitol-io__open-data-contract-standard__docs__examples__sla__database-table-sla.odcs~699d801.yaml",
        "datacontract__datacontract-cli__datacontract__schemas__odcs-3.1.0.init.yaml",
        "datacontract__datacontract-cli__tests__fixtures__catalog__datacontract-3.tags.yaml",
    },
    "describes no column of": {
        "bitol-io__open-data-contract-standard__docs__examples__schema__kafka-schemaregistry.odcs.yaml",
        "bitol-io__open-data-contract-standard__docs__examples__server__kafka-server.odcs.yaml",
        "datacontract__datacontract-cli__tests__fixtures__glue__datacontract-empty-model.yaml",
        "datacontract__datacontract-cli__tests__fixtures__import__football-datacontract.yml",
        "datacontract__datacontract-cli__tests__fixtures__sodacl__datacontract.odcs.yaml",
    },
    "`Bytes field` is not a name in SQL": {
        "datacontract__datacontract-cli__tests__fixtures__bigquery__import__datacontract.yaml",
    },
    "`logicalType` is missing": {
        "govtech-data-practice__vowl__tests__hdb_resale__hdb_resale_simple.yaml",
    },
    "the contract has no element": {
        "bitol-io__open-data-contract-standard__docs__examples__references__relationships.odcs.yaml",
        "pypi__open-data-contract-standard-3.2.0__tests__fixtures__all-new-fields-v3.2.0.odcs.yaml",
    },
    "an array does not say": {
        "datacontract__datacontract-cli__tests__fixtures__catalog__datacontract-2.odcs.yaml",
    },
}
"""Contracts that are valid, and say too little to be a product, or what the linter does not let pass."""

REFUSED = {name: reason for reason, names in NO_PRODUCTS.items() for name in names}
MEANT = [r for r in VALID if not r.semantic_negative]


@pytest.mark.parametrize("row", [r for r in MEANT if r.name in REFUSED], ids=lambda r: r.name)
def test_a_contract_that_says_too_little_becomes_nothing_and_is_told_why(row: Row, mesh: Path) -> None:
    done = import_odcs(mesh, load(mesh).mesh, row.path, ADDRESS)
    assert done.files == ()
    assert all(d.at.line and REFUSED[row.name] in d.message for d in done.found)


@pytest.mark.parametrize("row", [r for r in MEANT if r.name not in REFUSED], ids=lambda r: r.name)
def test_every_other_contract_survives_import_and_export(row: Row, mesh: Path) -> None:
    done = import_odcs(mesh, load(mesh).mesh, row.path, ADDRESS)
    assert done.found == ()
    loaded = load(mesh)
    assert errors(loaded.diagnostics) == ()
    product = loaded.mesh.product(ADDRESS)
    assert product is not None
    (exported,) = export_odcs(mesh, product, "v3.1.0")
    assert meaning(plain(exported.text)) == meaning(original(row))
