"""What a dry run is asked, and what is made of its answer: no emulator tells bytes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.engine.bigquery.recorder import Answer, Recorder, recording

from meshwright.engine.bigquery.estimate import estimate
from meshwright.engine.protocol import Work
from meshwright.model.address import PortAddress, ProductAddress
from meshwright.model.contract import Column, Contract, LogicalType
from meshwright.model.estimate import Estimate
from meshwright.model.product import (
    DataProduct,
    FilesSource,
    InputPort,
    InputsSchedule,
    OutputPort,
    OutputTable,
    ProductType,
    PublishMode,
    Transform,
)
from meshwright.model.time import Interval
from meshwright.release.record import Query

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SQL = "SELECT artist, SUM(price) AS revenue FROM sales WHERE sold_at >= @interval_start GROUP BY artist"
READS = {"projectId": "shop", "datasetId": "dev__marketplace__sales__store", "tableId": "sales_v1"}
SAID: dict[str, Any] = {
    "kind": "bigquery#job",
    "etag": "sB1zYcFxKxqEwUjXgkXQZg==",
    "id": "shop:EU.",
    "selfLink": "https://bigquery.googleapis.com/bigquery/v2/projects/shop/jobs/?location=EU",
    "user_email": "gate@shop.iam.gserviceaccount.com",
    "configuration": {
        "query": {"query": SQL, "useLegacySql": False, "priority": "INTERACTIVE", "useQueryCache": False},
        "dryRun": True,
        "jobType": "QUERY",
    },
    "jobReference": {"projectId": "shop", "location": "EU"},
    "statistics": {
        "creationTime": "1772323200123",
        "totalBytesProcessed": "734003200",
        "query": {
            "totalBytesProcessed": "734003200",
            "totalBytesBilled": "0",
            "cacheHit": False,
            "referencedTables": [READS],
            "schema": {"fields": [{"name": "artist", "type": "STRING", "mode": "NULLABLE"}]},
            "statementType": "SELECT",
            "totalBytesProcessedAccuracy": "PRECISE",
        },
    },
    "status": {"state": "DONE"},
}
"""What `jobs.insert` answers to a dry run: a job without an id, its counts written as texts."""

SALES = PortAddress(ProductAddress("marketplace", "sales"), "sales", 1)
CONTRACT = Contract("ranking", (Column("artist", LogicalType.STRING), Column("revenue", LogicalType.NUMBER)))


def product(*inputs: InputPort) -> DataProduct:
    table = OutputTable(CONTRACT, PublishMode.REPLACE, Transform(SQL, "bigquery"))
    ranking, port = ProductAddress("creators", "ranking"), OutputPort("ranking", "1.0.0", (table,))
    return DataProduct(ranking, ProductType.AGGREGATE, "Artists by sales.", InputsSchedule(), inputs, (port,))


READING = product(InputPort("sales", port=SALES))


def work(made: DataProduct) -> Work:
    (address,) = (address for address, _ in made.tables())
    query = Query(address, "bigquery", SQL, ("interval_start",), ())
    return Work(made, Interval(NOW - timedelta(hours=1), NOW), (query,))


def error(code: int, reason: str, message: str) -> Answer:
    return code, {"error": {"code": code, "message": message, "errors": [{"reason": reason, "message": message}]}}


@contextmanager
def service(*answers: Answer) -> Iterator[tuple[str, Recorder]]:
    recorder = Recorder({"POST /jobs": list(answers)})
    with recording(recorder) as address:
        yield f"bigquery://shop/dev?location=EU&endpoint={address}", recorder


def test_a_dry_run_is_asked_of_the_select_as_a_run_would_make_it() -> None:
    with service((200, SAID)) as (data, recorder):
        assert estimate(data, [work(READING)]) == (Estimate(734003200),)
    (body,) = recorder.bodies("POST /jobs")
    asked = body["configuration"]
    assert (asked["dryRun"], asked["query"]["useQueryCache"], asked["query"]["useLegacySql"]) == (True, False, False)
    offered = "WITH `sales` AS (SELECT * FROM `shop`.`dev__marketplace__sales`.`sales`)"
    assert asked["query"]["query"] == f"{offered} SELECT * FROM ({SQL}\n) AS made"
    (parameter,) = asked["query"]["queryParameters"]
    assert (parameter["name"], parameter["parameterValue"]["value"]) == ("interval_start", "2026-02-28 23:00:00+00:00")
    assert [request for request, _ in recorder.asked] == ["POST /jobs"]  # nothing else is done there


def test_a_little_is_billed_as_the_least_that_is() -> None:
    statistics = {**SAID["statistics"], "query": {**SAID["statistics"]["query"], "totalBytesProcessed": "12"}}
    with service((200, {**SAID, "statistics": statistics})) as (data, _):
        assert estimate(data, [work(READING)]) == (Estimate(10 * 2**20),)


@pytest.mark.parametrize(
    ("answer", "because"),
    [
        pytest.param(
            error(404, "notFound", "Not found"),
            "not all that it reads is published yet",
            id="an input is not there",
        ),
        pytest.param(
            error(400, "invalidQuery", "Unrecognized name: gallery"),
            "BigQuery says: Unrecognized name: gallery",
            id="a column is not there yet",
        ),
        pytest.param(
            error(403, "accessDenied", "Access Denied"),
            "a dry run is not allowed: Access Denied",
            id="not allowed",
        ),
    ],
)
def test_what_cannot_be_estimated_says_why(answer: Answer, because: str) -> None:
    with service(answer) as (data, _):
        assert estimate(data, [work(READING)]) == (Estimate(because=because),)


def test_what_is_loaded_by_each_run_is_in_no_table_before() -> None:
    source = replace(READING, inputs=(InputPort("sales", FilesSource("feed", "sales.json", "json")),))
    with service((200, SAID)) as (data, recorder):
        (told,) = estimate(data, [work(source)])
    assert told == Estimate(because="what each run loads from `sales` is in no table before")
    assert recorder.asked == []


def test_a_place_that_is_no_project_is_a_reason_too() -> None:
    (told,) = estimate("/folder", [work(READING)])
    assert (told.size, "BigQuery keeps products in a project" in told.because) == (None, True)
