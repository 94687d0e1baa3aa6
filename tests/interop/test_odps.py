"""Products in the words of ODPS: valid by its schema, and of the examples nothing is lost on the way back."""

import json
import shutil
from pathlib import Path

import pytest
from tests.examples.running import EXAMPLES
from tests.interop.standard import exported, said

from meshwright.actions.import_odps import import_odps
from meshwright.manifest.load import load
from meshwright.manifest.shapes.odcs import Description, described
from meshwright.manifest.standards.official import Standard, validator
from meshwright.manifest.text.writing import yaml_text
from meshwright.model.codec import dump
from meshwright.model.errors import NotFound, Refused


@pytest.fixture(scope="session", params=("artgo", "flights"))
def example(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    to = tmp_path_factory.mktemp("odps") / request.param
    return shutil.copytree(EXAMPLES / request.param, to, ignore=shutil.ignore_patterns(".mesh"))


def test_every_product_of_the_examples_is_valid_by_the_official_schema(example: Path) -> None:
    for product in load(example).mesh.products:
        whole = exported(example, str(product.address))
        assert validator(Standard.ODPS, "v1.1.0").is_valid(whole)
        assert (whole["id"], whole["domain"]) == (str(product.address), product.address.domain)
        assert [p["name"] for p in whole["outputPorts"]] == [p.name for p in product.outputs]


def test_what_a_port_is_made_of_is_its_lineage(tmp_path: Path) -> None:
    root = shutil.copytree(EXAMPLES / "artgo", tmp_path / "artgo", ignore=shutil.ignore_patterns(".mesh"))
    whole = exported(root, "insight.trending-artists")
    assert whole["outputPorts"][0]["inputContracts"] == [
        {"id": "engagement.artwork-engagement:hourly-v1", "version": "1.0.0"},
        {"id": "marketplace.artworks:catalogue-v1", "version": "1.0.0"},
        {"id": "marketplace.sales:sales-v1", "version": "1.0.0"},
    ]
    assert whole["inputPorts"][0]["contractId"] == "marketplace.artworks:catalogue-v1"


def test_a_product_that_is_not_there_cannot_be_exported(tmp_path: Path) -> None:
    root = shutil.copytree(EXAMPLES / "artgo", tmp_path / "artgo", ignore=shutil.ignore_patterns(".mesh"))
    with pytest.raises(NotFound, match="there is no product"):
        exported(root, "marketplace.sails")
    manifest = root / "domains" / "marketplace" / "sales" / "product.yaml"
    manifest.write_text(manifest.read_text().replace("version:", "verison:"))
    with pytest.raises(Refused, match="has an error at domains/marketplace/sales/product"):
        exported(root, "marketplace.sales")


def test_it_is_printed_as_yaml_or_json(shop: Path) -> None:
    said("new", "domain", "orders")
    said("new", "product", "orders.visits")
    assert yaml_text(json.loads(said("export", "odps", "orders.visits", "--format", "json").stdout)) == (
        said("export", "odps", "orders.visits").stdout
    )


def test_the_examples_come_back_as_they_went(example: Path, tmp_path: Path) -> None:
    """Each product in the words of ODPS, its contracts in those of ODCS; the SQL, which neither carries, is there."""
    before = load(example).mesh
    whole = {product.address: exported(example, str(product.address)) for product in before.products}
    theirs, root = tmp_path / "theirs", tmp_path / "again"
    said("export", "odcs", "--mesh", str(example), "--into", str(theirs))
    shutil.copytree(example, root, ignore=shutil.ignore_patterns(".mesh", "product.yaml"))
    for address, told in whole.items():
        file = theirs / f"{address}.odps.yaml"
        file.write_text(yaml_text(told))
        assert import_odps(root, before, file).found == ()
    after = load(root)
    assert [d for d in after.diagnostics if d.severity == "error"] == []
    assert [dump(p) for p in after.mesh.products] == [dump(p) for p in before.products]
    assert {address: exported(root, str(address)) for address in whole} == whole


def test_a_description_is_parted_as_it_was_joined() -> None:
    parts = {"purpose": "Orders.\n\nAll of them.", "usage": "With care.", "limitations": "None: yet."}
    assert described(Description.model_validate(parts).text) == parts
    assert described(Description.model_validate({"usage": "With care."}).text) == {"usage": "With care."}
    assert described("") == {}
