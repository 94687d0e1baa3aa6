"""What BigQuery's log of jobs is asked for readers, and what is made of its answer: the emulator has no such log."""

from datetime import date
from typing import Any

import sqlglot
from tests.engine.bigquery.recorder import Answer, Recorder, recording
from tests.engine.bigquery.test_grants import SALES, product

from meshwright.engine.bigquery.readers import readings
from meshwright.model.observation import Reading

FIRST, SECOND = date(2026, 11, 1), date(2026, 11, 2)
PORT, OTHER = SALES.port("sales", 1), SALES.port("raw", 1)


def answer(*rows: tuple[str, str, str, str, int]) -> Answer:
    """Return rows as BigQuery's service answers them: each value is a text."""
    kinds = {"day": "DATE", "dataset_id": "STRING", "table_id": "STRING", "reader": "STRING", "jobs": "INTEGER"}
    fields = [{"name": name, "type": kind, "mode": "NULLABLE"} for name, kind in kinds.items()]
    found = [{"f": [{"v": str(value)} for value in row]} for row in rows]
    reference = {"projectId": "shop", "jobId": "x", "location": "EU"}
    return 200, {
        "jobComplete": True, "schema": {"fields": fields}, "rows": found, "totalRows": str(len(rows)),
        "jobReference": reference,
    }  # fmt: skip


def asked(*rows: tuple[str, str, str, str, int]) -> tuple[tuple[Reading, ...], dict[str, Any]]:
    recorder = Recorder({"POST /queries": [answer(*rows)]})
    with recording(recorder) as address:
        data = f"bigquery://shop/dev?location=EU&endpoint={address}"
        found = readings(data, [product(sales=None, raw=None)], (FIRST, SECOND))
    (body,) = recorder.bodies("POST /queries")
    return found, body


def test_a_reader_of_a_view_has_read_its_port() -> None:
    found, _ = asked(
        ("2026-11-01", "dev__marketplace__sales", "sales", "aaaa", 3),
        ("2026-11-01", "dev__marketplace__sales__store", "sales", "aaaa", 3),
        ("2026-11-01", "dev__marketplace__sales__store", "sales", "bbbb", 1),
        ("2026-11-02", "dev__marketplace__sales__store", "raw", "cccc", 2),
        ("2026-11-02", "dev__marketplace__sales__store", "_publish_log", "cccc", 2),
        ("2026-11-02", "dev__elsewhere", "sales", "cccc", 2),
        ("2026-11-03", "dev__marketplace__sales", "sales", "cccc", 2),
    )
    assert found == (
        Reading(PORT, FIRST, "aaaa", 3), Reading(PORT, FIRST, "bbbb", 1), Reading(OTHER, SECOND, "cccc", 2),
    )  # fmt: skip


def test_the_log_is_asked_for_whole_days_without_our_own_work_and_tells_no_address() -> None:
    _, body = asked()
    parameters = {p["name"]: p["parameterValue"]["value"] for p in body["queryParameters"]}
    assert parameters == {
        "since": "2026-11-01 00:00:00+00:00", "until": "2026-11-03 00:00:00+00:00", "project": "shop",
    }  # fmt: skip
    told = sqlglot.parse_one(body["query"], read="bigquery").named_selects
    assert told == ["day", "dataset_id", "table_id", "reader", "jobs"]
    assert "`shop`.`region-eu`.INFORMATION_SCHEMA.JOBS" in body["query"]
    assert body["query"].count("user_email") == 1, "what leaves BigQuery is the digest alone"
    assert "SHA256(CONCAT(CAST(DATE(job.creation_time) AS STRING), ' ', job.user_email))" in body["query"]


def test_whom_both_ways_of_counting_meet_is_one_reader() -> None:
    reader = Reading.by("nadia@acme.org", PORT, FIRST).reader
    assert len(reader) == 16
    assert reader != Reading.by("nadia@acme.org", PORT, SECOND).reader, "on another day nobody knows them again"


def test_where_nothing_is_to_be_counted_nothing_is_asked() -> None:
    assert readings("bigquery://shop?endpoint=http://127.0.0.1:9", [], (FIRST,)) == ()
    assert readings("bigquery://shop?endpoint=http://127.0.0.1:9", [product(sales=None)], ()) == ()
