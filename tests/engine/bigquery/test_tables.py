"""What BigQuery is sent so that a table lies and describes itself as its contract says; its emulator drops some."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.engine.bigquery.recorder import NOT_FOUND, Answer, Recorder, recording

from meshwright.engine.bigquery.connection import open_warehouse
from meshwright.engine.bigquery.modes import Joining
from meshwright.engine.bigquery.session import Session
from meshwright.engine.bigquery.tables import Room, expand, layout
from meshwright.engine.registry import no_connections, no_keys
from meshwright.model.address import ProductAddress
from meshwright.model.contract import Column, Contract, LogicalType
from meshwright.model.identity import PublishId
from meshwright.model.product import OutputTable, PublishMode
from meshwright.model.time import Interval

NOW = datetime(2013, 2, 1, tzinfo=UTC)
TAG = "projects/shop/locations/eu/taxonomies/1/policyTags/2"
COLUMNS = (
    Column("sale_id", LogicalType.STRING, primary_key=True, description="Which sale"),
    Column("price", LogicalType.NUMBER),
    Column("buyer", LogicalType.STRING, classification="personal"),
    Column("sold_on", LogicalType.DATE),
)
TABLE = OutputTable(
    Contract("sales", COLUMNS, description="One row per sale."), PublishMode.PARTITION, partitions=("sold_on", "buyer")
)
MADE = {
    "tableReference": {"projectId": "shop", "datasetId": "marketplace__sales__store", "tableId": "sales"},
    "schema": {
        "fields": [
            {"name": "sale_id", "type": "STRING", "description": "Which sale", "mode": "NULLABLE"},
            {"name": "price", "type": "NUMERIC", "precision": "38", "scale": "9", "mode": "NULLABLE"},
            {"name": "buyer", "type": "STRING", "policyTags": {"names": [TAG]}, "mode": "NULLABLE"},
            {"name": "sold_on", "type": "DATE", "mode": "NULLABLE"},
            {"name": "mesh__start", "type": "TIMESTAMP", "mode": "NULLABLE"},
            {"name": "mesh__end", "type": "TIMESTAMP", "mode": "NULLABLE"},
            {"name": "mesh__copy", "type": "INT64", "mode": "NULLABLE"},
        ]
    },
    "timePartitioning": {"type": "DAY", "field": "sold_on"},
    "clustering": {"fields": ["buyer", "sale_id"]},
    "description": "One row per sale.",
    "labels": {"managed-by": "meshwright", "mesh-domain": "marketplace", "mesh-product": "sales"},
}


@contextmanager
def joining(table: OutputTable, known: Answer) -> Iterator[tuple[Joining, Recorder]]:
    there = "/datasets/marketplace__sales__store/tables"
    made: Answer = (200, MADE)
    recorder = Recorder({f"GET {there}": [known], f"POST {there}": [made], f"PATCH {there}": [made]})
    with recording(recorder) as address:
        opened = open_warehouse(f"bigquery://shop?endpoint={address}&policyTag.personal={TAG}")
        session = Session(opened, no_connections, no_keys)
        at = ProductAddress("marketplace", "sales").port("sales", 1).table()
        yield Joining(session, at, table, PublishId.mint(NOW), Interval(NOW - timedelta(hours=1), NOW)), recorder


def test_a_table_is_made_as_its_contract_says() -> None:
    with joining(TABLE, NOT_FOUND) as (one, recorder):
        assert expand(one) == Room(0, ())
    made, past = recorder.bodies("POST /datasets/")
    assert {key: made[key] for key in MADE} == MADE
    assert past["tableReference"]["tableId"] == "_past_sales"
    assert past["schema"] == MADE["schema"], "the versions before are no less protected"


def test_what_a_contract_says_otherwise_is_said_anew() -> None:
    said = (replace(COLUMNS[0], description="The sale's number"), *COLUMNS[1:])
    table = replace(TABLE, contract=Contract("sales", said, description="Sales."), mode=PublishMode.REPLACE)
    with joining(table, (200, {**MADE, "numBytes": "77"})) as (one, recorder):
        assert expand(one) == Room(77, ())
    (body,) = recorder.bodies("PATCH /datasets/")
    fields: list[dict[str, Any]] = body["schema"]["fields"]
    assert body["description"] == "Sales."
    assert [field.get("description") for field in fields][:2] == ["The sale's number", None]
    assert fields[2]["policyTags"] == {"names": [TAG]}, "and nothing of it is lost"


def test_what_is_said_already_is_not_said_again() -> None:
    with joining(TABLE, (200, MADE)) as (one, recorder):
        expand(one)
    assert not recorder.bodies("PATCH /datasets/")


def test_what_a_contract_no_longer_has_is_kept_and_known() -> None:
    table = replace(TABLE, contract=Contract("sales", (*COLUMNS[:2], COLUMNS[3])), partitions=("sold_on",))
    with joining(table, (200, MADE)) as (one, _):
        assert expand(one).gone == (("buyer", "STRING"),)


@pytest.mark.parametrize(
    ("table", "laid"),
    [
        pytest.param(TABLE, ("sold_on", ["buyer", "sale_id"]), id="by its partitions"),
        pytest.param(replace(TABLE, partitions=("buyer",)), (None, ["buyer", "sale_id"]), id="of texts"),
        pytest.param(replace(TABLE, partitions=(), mode=PublishMode.MERGE), (None, ["sale_id"]), id="by its key"),
        pytest.param(OutputTable(Contract("sales", COLUMNS[1:]), PublishMode.APPEND), (None, []), id="as it comes"),
    ],
)
def test_what_tells_rows_apart_says_how_they_lie(table: OutputTable, laid: tuple[str | None, list[str]]) -> None:
    assert layout(table) == laid
