"""What BigQuery is sent where pseudonyms are made, and where their key is rotated; its emulator has no keysets."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.engine.bigquery.recorder import Recorder, recording

from meshwright.engine.bigquery.connection import open_warehouse
from meshwright.engine.bigquery.keysets import keysets_of, used_of
from meshwright.engine.bigquery.masks import made_list
from meshwright.engine.bigquery.rotation import rotate
from meshwright.engine.bigquery.session import Session
from meshwright.engine.bound import Bound
from meshwright.engine.registry import no_connections
from meshwright.model.address import ProductAddress
from meshwright.model.contract import Column, Contract, LogicalType
from meshwright.model.errors import FinalError, Refused
from meshwright.model.identity import PublishId, Secret
from meshwright.model.mask import Pseudonym
from meshwright.model.product import (
    CronSchedule,
    DataProduct,
    OutputPort,
    OutputTable,
    ProductType,
    PublishMode,
)
from meshwright.model.publish import Publish
from meshwright.model.time import Interval, Watermark

NOW = datetime(2013, 2, 1, tzinfo=UTC)
KMS = "gcp-kms://projects/shop/locations/eu/keyRings/mesh/cryptoKeys/subjects"
OLD, NEW = (f"{KMS}#{base64.b64encode(wrapped).decode()}" for wrapped in (b"\x01'", b"\x02\\"))
CHAIN = f"KEYS.KEYSET_CHAIN('{KMS}', b'\\x02\\x5c')"
SALES = ProductAddress("marketplace", "sales")
COLUMNS = (
    Column("sale_id", LogicalType.STRING, primary_key=True),
    Column("buyer", LogicalType.STRING, mask=Pseudonym("email")),
)
QUERY = (200, {"jobComplete": True, "totalRows": "0", "schema": {"fields": []}, "jobReference": {"jobId": "x"}})
HELD = (
    200,
    {
        "tableReference": {"projectId": "shop", "datasetId": "d", "tableId": "sales"},
        "schema": {"fields": [{"name": "sale_id", "type": "STRING"}, {"name": "buyer", "type": "STRING"}]},
    },
)


def product(mode: PublishMode) -> DataProduct:
    ports = (OutputPort("sales", "1.0.0", (OutputTable(Contract("sales", COLUMNS), mode),)),)
    return DataProduct(SALES, ProductType.SOURCE_ALIGNED, "Sales.", CronSchedule("@hourly"), (), ports)


def published(mode: PublishMode, key: str) -> Publish:
    keys = used_of(keysets_of(product(mode), {"email": Secret(key)}.get, made_up=False))
    interval = Interval(NOW - timedelta(hours=1), NOW)
    return Publish(SALES, PublishId.mint(NOW), None, interval, Watermark(NOW), (), (), NOW, keys=keys)


@contextmanager
def session(key: str) -> Iterator[tuple[Session, Recorder]]:
    recorder = Recorder({"POST /queries": [QUERY], "GET /datasets/marketplace__sales__store/tables/": [HELD]})
    with recording(recorder) as address:
        warehouse = open_warehouse(f"bigquery://shop?endpoint={address}")
        yield Session(warehouse, no_connections, {"email": Secret(key)}.get), recorder


def test_a_pseudonym_is_made_by_a_keyset_that_only_kms_unwraps() -> None:
    bound = Bound("@")
    keysets = keysets_of(product(PublishMode.MERGE), {"email": Secret(NEW)}.get, made_up=False)
    assert made_list(COLUMNS, bound, keysets) == (
        "CAST(`sale_id` AS STRING) AS `sale_id`, "
        f"TO_HEX(DETERMINISTIC_ENCRYPT({CHAIN}, CAST(`buyer` AS STRING), 'email')) AS `buyer`"
    )
    assert not bound.values, "a keyset is no parameter"


def test_what_is_published_is_brought_to_the_newest_key_with_its_log() -> None:
    last = published(PublishMode.MERGE, OLD)
    with session(NEW) as (opened, recorder):
        (now,) = rotate(opened, product(PublishMode.MERGE), (last,))
    assert now == replace(last, keys=published(PublishMode.MERGE, NEW).keys) != last
    (body,) = recorder.bodies("POST /queries")
    held = f"DETERMINISTIC_DECRYPT_STRING({CHAIN}, FROM_HEX(`buyer`), 'email')"
    changes = [
        f"UPDATE `shop`.`marketplace__sales__store`.`{table}` "
        f"SET `buyer` = TO_HEX(DETERMINISTIC_ENCRYPT({CHAIN}, {held}, 'email')) "
        "WHERE REGEXP_CONTAINS(`buyer`, r'^[0-9a-f]+$')"
        for table in ("sales", "_past_sales")
    ]
    log = [
        f"UPDATE `shop`.`marketplace__sales__store`.`{table}` SET entry = @entry WHERE publish_id = @publish_id"
        for table in ("_publish_log", "_head")
    ]
    assert body["query"].split("; ") == ["BEGIN TRANSACTION", *changes, *log, "COMMIT TRANSACTION"]


@pytest.mark.parametrize(
    ("mode", "key"),
    [
        pytest.param(PublishMode.MERGE, OLD, id="the same key"),
        pytest.param(PublishMode.REPLACE, NEW, id="all rows are made anew"),
    ],
)
def test_nothing_is_sent_where_nothing_has_to_be_brought(mode: PublishMode, key: str) -> None:
    last = published(mode, OLD)
    with session(key) as (opened, recorder):
        assert rotate(opened, product(mode), (last,)) == (last,)
    assert recorder.asked == []


def test_a_ledger_keeps_its_key() -> None:
    with session(NEW) as (opened, recorder), pytest.raises(Refused, match="is a ledger"):
        rotate(opened, product(PublishMode.LEDGER), (published(PublishMode.LEDGER, OLD),))
    assert recorder.asked == []


@pytest.mark.parametrize(
    "key", ["a-key-of-thirty-two-characters,-at-least", f"{KMS}#no'base64", f"{KMS}' OR '#AAAA", KMS]
)
def test_a_key_that_is_no_wrapped_keyset_is_refused_and_not_told(key: str) -> None:
    with pytest.raises(FinalError, match="no keyset that Cloud KMS has wrapped") as raised:
        keysets_of(product(PublishMode.MERGE), {"email": Secret(key)}.get, made_up=False)
    assert key not in f"{raised.value.message} {raised.value.hint}"
