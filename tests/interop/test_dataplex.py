"""What Google's catalogue is told of a product: documents that its own library takes."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from google.cloud.dataplex_v1.types import Entry as GooglesEntry

from meshwright.compiler.compilation import compile_sound
from meshwright.interop.dataplex import Entry, entries
from meshwright.model.address import product_address
from meshwright.model.identity import PublishId
from meshwright.model.publish import Publish, TableRows
from meshwright.model.time import interval

EXAMPLES = Path(__file__).parents[2] / "examples"
NOW = datetime(2013, 1, 4, tzinfo=UTC)
GROUP = "projects/acme/locations/eu/entryGroups/mesh"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Entry, ...]:
    graph = compile_sound(EXAMPLES / "artgo", tmp_path_factory.mktemp("cache"))
    product = graph.product(product_address("engagement.artwork-engagement"))
    tables = tuple(TableRows(table, 7) for table, _ in product.tables())
    publish_id = PublishId("20130104T000000000000-00000000")
    day = interval("2013-01-03/2013-01-04")
    return entries(product, Publish(product.address, publish_id, None, day, NOW, (), tables, NOW), GROUP)


def data(entry: Entry, aspect: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = entry.document["aspects"][f"dataplex-types.global.{aspect}"]["data"]
    return found


def test_a_product_has_an_entry_and_each_of_its_tables_one_below_it(told: tuple[Entry, ...]) -> None:
    own, *tables = told
    assert own.name == f"{GROUP}/entries/engagement.artwork-engagement"
    assert [t.name for t in tables] == [f"{GROUP}/entries/engagement.artwork-engagement.hourly-v1"]
    assert {t.document["parentEntry"] for t in tables} == {own.name}


def test_googles_own_library_takes_every_document(told: tuple[Entry, ...]) -> None:
    for entry in told:
        assert GooglesEntry.from_json(json.dumps(entry.document), ignore_unknown_fields=False).name == entry.name


def test_a_table_has_its_columns_and_the_product_its_team_and_promises(told: tuple[Entry, ...]) -> None:
    own, table, *_ = told
    fields = {field["name"]: field for field in data(table, "schema")["fields"]}
    assert fields["artwork_id"]["mode"] == "REQUIRED"
    assert fields["virality"] | {"description": ""} == {
        "name": "virality", "dataType": "number", "metadataType": "NUMBER", "mode": "REQUIRED", "description": "",
    }  # fmt: skip
    assert "owner" in {identity["role"] for identity in data(own, "contacts")["identities"]}
    assert "complete up to 2013-01-04T00:00:00Z" in data(own, "overview")["content"]
