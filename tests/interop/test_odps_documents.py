"""Documents of ODPS that others wrote: judged as by their schema; what no manifest says survives import and export."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.corpus import ABSENT, Row, corpus, rows
from tests.interop.standard import exported, manifest_of, plain, said

from meshwright.interop.draft import as_name
from meshwright.manifest.standards.official import VERSIONS, Standard, validator
from meshwright.manifest.standards.product_file import read_product
from meshwright.manifest.text.problems import Problems
from meshwright.manifest.text.writing import yaml_text
from meshwright.model.address import ProductAddress

DOCUMENTS = rows("DataProduct")
READ = [row for row in DOCUMENTS if row.version in VERSIONS[Standard.ODPS]]
needs_corpus = pytest.mark.skipif(corpus() is None, reason=ABSENT)


@needs_corpus
@pytest.mark.parametrize("row", READ, ids=lambda row: row.name)
def test_our_verdict_is_that_of_the_official_schema(row: Row) -> None:
    problems = Problems()
    assert (read_product(row.path, row.name, problems) is not None) == row.valid
    assert all(d.at.line for d in problems.found)


@needs_corpus
@pytest.mark.parametrize("row", [r for r in DOCUMENTS if r not in READ], ids=lambda row: row.name)
def test_a_version_before_the_first_is_not_read_and_that_is_said(row: Row) -> None:
    problems = Problems()
    assert read_product(row.path, row.name, problems) is None
    (found,) = problems.found
    assert (found.code, found.message) == ("MW0601", "ODPS `v0.9.0` is not read: only v1.0.0 to v1.1.0 are")


@needs_corpus
@pytest.mark.parametrize("row", [r for r in READ if r.valid], ids=lambda row: row.name)
def test_a_document_survives_import_and_export(row: Row, shop: Path) -> None:
    said("new", "domain", "orders")
    original = plain(row.path)
    address = ProductAddress("orders", as_name(original["name"]))
    done = said("import", "odps", str(row.path), "--product", str(address), "--format", "json")
    told = json.loads(done.stdout)
    assert done.return_value == 1
    assert told["diagnostics"]
    _complete(shop, address)
    again = exported(shop, str(address))
    assert validator(Standard.ODPS, "v1.1.0").is_valid(again)
    here = {key: again[key] for key in ("apiVersion", "domain") if key in original}
    _holds(again, {**original, **here})


def _complete(root: Path, address: ProductAddress) -> None:
    """Do what is left to the team: say where inputs come from and what the store that serves the ports promises."""
    manifest = plain(manifest_of(root, address))
    table = {"name": "t", "properties": [{"name": "id", "logicalType": "string"}]}
    manifest.setdefault("description", {"purpose": "Orders."})
    for port in manifest.get("inputPorts", []):
        port["source"] = {"block": "database", "connection": "somewhere", "table": "t"}
    for port in manifest["outputPorts"]:
        port |= {"virtual": {"connection": "somewhere", "table": "t"}, "contract": {"schema": [table]}}
    manifest_of(root, address).write_text(yaml_text(manifest))
    people = "\n".join(f"  - username: {m['username']}" for m in manifest.get("team", {}).get("members", []))
    mesh_file = root / "mesh.yaml"
    mesh_file.write_text(mesh_file.read_text().replace("people:\n", f"people:\n{people}\n"))


def _holds(whole: Any, part: Any) -> None:
    """Assert that all that one document says is said by another, in the same order."""
    match part:
        case dict():
            assert set(part) <= set(whole)
            for key, value in part.items():
                _holds(whole[key], value)
        case list():
            assert len(part) <= len(whole)
            for said_again, value in zip(whole, part, strict=False):
                _holds(said_again, value)
        case _:
            assert whole == part
