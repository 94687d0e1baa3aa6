"""What BigQuery is sent to load; its emulator reads of a load no more than it needs."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet
from tests.engine.bigquery.recorder import Answer, Recorder, recording

from meshwright.engine.bigquery.arrow import load_batches
from meshwright.engine.bigquery.connection import open_warehouse
from meshwright.engine.bigquery.loads import Target, load_files, load_rows
from meshwright.model.contract import Column, LogicalType
from meshwright.model.errors import FinalError, SourceBroken

COLUMNS = (Column("id", LogicalType.INTEGER), Column("price", LogicalType.NUMBER), Column("more", LogicalType.OBJECT))
FIELDS = [
    {"name": "id", "type": "INT64", "mode": "NULLABLE"},
    {"name": "price", "type": "NUMERIC", "precision": "38", "scale": "9", "mode": "NULLABLE"},
    {"name": "more", "type": "JSON", "mode": "NULLABLE"},
]
EMPTY: Answer = (200, {"jobComplete": True, "totalRows": "0", "schema": {"fields": []}, "jobReference": {"jobId": "x"}})
PLACE = "`shop`.`stage`.`made`"


def done(kind: str) -> Answer:
    configuration = {"jobType": "LOAD", "load": {"sourceFormat": kind}}
    reference = {"projectId": "shop", "jobId": "x", "location": "EU"}
    return 200, {"jobReference": reference, "configuration": configuration, "status": {"state": "DONE"}}


@contextmanager
def target() -> Iterator[tuple[Target, Recorder]]:
    uploads = {"POST /upload/": [done("PARQUET")], "PUT /upload/": [done("PARQUET")]}
    recorder = Recorder({"POST /queries": [EMPTY], **uploads})
    with recording(recorder) as address:
        yield Target(open_warehouse(f"bigquery://shop?endpoint={address}"), "stage", "made", "things"), recorder


def asked(recorder: Recorder) -> dict[str, Any]:
    """Return what one load was asked to do, and hold that it appends to the table of the stage."""
    (body,) = recorder.bodies("POST /upload/")
    load: dict[str, Any] = body["configuration"]["load"]
    assert load.pop("destinationTable") == {"projectId": "shop", "datasetId": "stage", "tableId": "made"}
    assert load.pop("writeDisposition") == "WRITE_APPEND"
    return load


def loaded(recorder: Recorder) -> bytes:
    (body,) = recorder.bodies("PUT /upload/")
    content: bytes = body["content"]
    return content


def statements(recorder: Recorder) -> list[str]:
    return [body["query"] for body in recorder.bodies("POST /queries")]


@pytest.mark.parametrize(
    ("kind", "content", "load"),
    [
        pytest.param(
            "csv",
            b"id,price,more\n1,1.5,\n",
            {
                "sourceFormat": "CSV",
                "skipLeadingRows": "1",
                "allowQuotedNewlines": True,
                "schema": {
                    "fields": [{"name": n, "type": "STRING", "mode": "NULLABLE"} for n in ("id", "price", "more")]
                },
            },
            id="csv is text until it is cast",
        ),
        pytest.param(
            "json",
            b'{"id": 1}\n',
            {"sourceFormat": "NEWLINE_DELIMITED_JSON", "ignoreUnknownValues": True, "schema": {"fields": FIELDS}},
            id="json is read as it is declared",
        ),
        pytest.param("parquet", b"PAR1", {"sourceFormat": "PARQUET", "autodetect": True}, id="parquet says what it is"),
    ],
)
def test_files_are_loaded_as_their_format_asks(tmp_path: Path, kind: str, content: bytes, load: dict[str, Any]) -> None:
    path = tmp_path / f"things.{kind}"
    path.write_bytes(content)
    with target() as (place, recorder):
        select = load_files(place, [path], kind, COLUMNS)
    assert asked(recorder) == load
    assert loaded(recorder) == content
    assert select.endswith(f" AS `price`, {_json(kind)} AS `more` FROM {PLACE}")


def _json(kind: str) -> str:
    return "CAST(NULLIF(`more`, '') AS JSON)" if kind == "csv" else "CAST(`more` AS JSON)"


def test_rows_are_loaded_as_lines_of_json() -> None:
    rows = [{"id": 1, "price": Decimal("1.5"), "more": '{"a": 1}'}, {"id": 2, "price": None, "more": None}]
    with target() as (place, recorder):
        assert load_rows(place, COLUMNS, rows) == f"SELECT * FROM {PLACE}"
    made = f"CREATE OR REPLACE TABLE {PLACE} (`id` INT64, `price` NUMERIC(38, 9), `more` JSON)"
    assert statements(recorder) == [made]
    assert asked(recorder) == {"sourceFormat": "NEWLINE_DELIMITED_JSON", "schema": {"fields": FIELDS}}
    lines = [json.loads(line) for line in loaded(recorder).splitlines()]
    assert lines == [{"id": 1, "price": "1.5", "more": {"a": 1}}, {"id": 2}]


def test_batches_are_loaded_as_one_file_of_parquet_whose_types_are_bigquerys() -> None:
    at = datetime(2013, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
    batch = pa.record_batch(
        {
            "id": pa.array([1], pa.uint8()),
            "price": pa.array([Decimal("1.5")], pa.decimal128(10, 2)),
            "exact": pa.array([Decimal("0.00000000001")], pa.decimal128(38, 11)),
            "name": pa.array(["ü"]).dictionary_encode(),
            "at": pa.array([at.replace(tzinfo=None)], pa.timestamp("ns")),
            "on": pa.array([date(2013, 1, 2)], pa.date64()),
            "hour": pa.array([time(3)], pa.time32("s")),
            "tags": [["a"]],
            "more": [{"a": None}],
            "never": pa.array([None], pa.null()),
        }
    )
    with target() as (place, recorder):
        assert load_batches(place, batch.schema, [batch]) == f"SELECT * FROM {PLACE}"
    kinds = (
        "`id` INT64, `price` NUMERIC(38, 9), `exact` BIGNUMERIC, `name` STRING, `at` TIMESTAMP, `on` DATE, "
        "`hour` TIME, `tags` STRING, `more` STRING, `never` STRING"
    )
    assert statements(recorder) == [f"CREATE OR REPLACE TABLE {PLACE} ({kinds})"]
    assert asked(recorder) == {"sourceFormat": "PARQUET"}
    (row,) = parquet.read_table(io.BytesIO(loaded(recorder))).to_pylist()
    assert row == {
        "id": 1,
        "price": Decimal("1.500000000"),
        "exact": Decimal("0.00000000001"),
        "name": "ü",
        "at": at,
        "on": date(2013, 1, 2),
        "hour": time(3),
        "tags": '["a"]',
        "more": '{"a": null}',
        "never": None,
    }


@pytest.mark.parametrize(
    ("values", "says"),
    [
        pytest.param(pa.array([1], pa.duration("s")), r"`made` is duration\[s\], which BigQuery has not", id="a type"),
        pytest.param(pa.array([2**63], pa.uint64()), "`made` cannot be loaded as INT64: Integer value", id="a value"),
    ],
)
def test_what_bigquery_has_no_room_for_is_named(values: pa.Array, says: str) -> None:
    batch = pa.record_batch({"made": values})
    with target() as (place, _), pytest.raises(FinalError, match=says):
        load_batches(place, batch.schema, [batch])


@pytest.mark.parametrize(
    "row",
    [pytest.param("x" * 5_000_000, id="a line"), pytest.param('id,"' + "x\n" * 100_000, id="a text in quotes")],
)
def test_a_first_row_without_end_is_no_row(tmp_path: Path, row: str) -> None:
    file = tmp_path / "endless.csv"
    file.write_text(row)
    with (
        target() as (made, recorder),
        pytest.raises(SourceBroken, match=r"`endless\.csv` cannot be read: its first row"),
    ):
        load_files(made, [file], "csv", COLUMNS)
    assert recorder.bodies("POST /upload/") == []
