"""What stands under `contract:` is valid ODCS once the standard's header is added, and nothing else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from meshwright.manifest.standards.official import Standard, validator
from meshwright.manifest.text.problems import Problems
from meshwright.manifest.text.syntax import read_file

ROOT = Path(__file__).parents[3]
EXAMPLES = sorted((ROOT / "examples").glob("*/domains/*/*/product.yaml"))
HEADER = {"apiVersion": "v3.1.0", "kind": "DataContract", "id": "example", "version": "1.0.0", "status": "active"}
VALIDATOR = validator(Standard.ODCS, "v3.1.0")


def blocks(manifest: Path) -> Iterator[dict[str, Any]]:
    document = read_file(manifest, manifest.name, Problems())
    assert document is not None
    for key in ("inputPorts", "outputPorts"):
        yield from (port["contract"] for port in document.value.get(key, ()) if "contract" in port)


def errors(block: dict[str, Any]) -> list[str]:
    return [f"{error.instance_path}: {error.message}" for error in VALIDATOR.iter_errors({**HEADER, **block})]


@pytest.mark.parametrize("manifest", EXAMPLES, ids=lambda path: f"{path.parts[-3]}.{path.parts[-2]}")
def test_each_contract_of_the_examples_is_odcs(manifest: Path) -> None:
    found = list(blocks(manifest))
    assert found
    assert [errors(block) for block in found] == [[] for _ in found]


def test_the_schema_finds_what_is_not_odcs() -> None:
    assert errors({"schema": [{"name": "orders", "properties": [{"name": "x", "requird": True}]}]}) != []
