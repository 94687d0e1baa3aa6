"""The official schemas are there, are schemas, and are those of their names."""

import pytest

from meshwright.manifest.standards.official import VERSIONS, Standard, schema, validator

EACH = [(standard, version) for standard in Standard for version in VERSIONS[standard]]


@pytest.mark.parametrize(("standard", "version"), EACH)
def test_a_schema_is_that_of_its_version(standard: Standard, version: str) -> None:
    said = schema(standard, version)["properties"]
    assert version in said["apiVersion"]["enum"]
    assert said["kind"]["enum"] == [standard.kind]


@pytest.mark.parametrize(("standard", "version"), EACH)
def test_a_schema_judges(standard: Standard, version: str) -> None:
    head = {"apiVersion": version, "kind": standard.kind, "id": "one", "version": "1.0.0", "status": "active"}
    assert validator(standard, version).is_valid(head)
    assert not validator(standard, version).is_valid({**head, "statis": "active"})
    assert not validator(standard, version).is_valid({**head, "apiVersion": "v9.9.9"})
